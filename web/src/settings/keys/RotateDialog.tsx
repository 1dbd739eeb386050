/** A new secret for a key; the old one may go on for a while, so that nothing stands still. */
import { Button, Modal, NativeSelect, Stack, Text } from '@mantine/core'
import { keysApi } from '../../api/adminApi'
import type { ApiKey } from '../../api/types'
import { t } from '../../i18n'
import { settingsTexts } from '../../i18n/settings'
import { KeySecret } from '../../keys/KeySecret'
import { formError } from '../../ui/describeError'
import { formText, useAction } from '../../ui/forms'
import { Notice } from '../../ui/Notice'

interface RotateDialogProps {
  apiKey: ApiKey | undefined
  onClose: () => void
}

export function RotateDialog({ apiKey, onClose }: RotateDialogProps) {
  const texts = settingsTexts().keys
  const action = useAction(
    ({ id, grace }: { id: string; grace: number }) => keysApi.rotate(id, grace),
    { renews: [['keys']] },
  )
  const close = () => {
    onClose()
    action.reset()
  }
  const submit = (event: React.SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const grace = Number(formText(new FormData(event.currentTarget), 'grace'))
    if (apiKey) action.mutate({ id: apiKey.id, grace })
  }
  const said = formError(action.error)
  return (
    <Modal
      opened={apiKey !== undefined}
      onClose={close}
      title={apiKey && texts.rotateTitle(apiKey.name)}
      closeButtonProps={{ 'aria-label': t.ask.close }}
      closeOnClickOutside={!action.data}
      centered
    >
      {action.data ? (
        <KeySecret made={action.data} onDone={close} />
      ) : (
        <form onSubmit={submit}>
          <Stack gap={14}>
            <Text>{texts.rotateText}</Text>
            {said !== undefined && <Notice tone="bad">{said}</Notice>}
            <NativeSelect
              label={texts.grace}
              name="grace"
              defaultValue="1440"
              data={Object.entries(texts.graces).map(([value, label]) => ({ value, label }))}
              data-autofocus
            />
            <Button type="submit" loading={action.isPending}>
              {texts.rotateSubmit}
            </Button>
          </Stack>
        </form>
      )}
    </Modal>
  )
}
