/** Makes a key and shows it once, with a first call. */
import { Modal } from '@mantine/core'
import { keysApi } from '../../api/adminApi'
import { t } from '../../i18n'
import { settingsTexts } from '../../i18n/settings'
import { KeySecret } from '../../keys/KeySecret'
import { useAction } from '../../ui/forms'
import { NewKeyForm } from './NewKeyForm'

export function NewKeyDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const texts = settingsTexts().keys
  const action = useAction(keysApi.create, { renews: [['keys']] })
  const close = () => {
    onClose()
    action.reset()
  }
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={action.data ? texts.secretTitle(action.data.name) : texts.createTitle}
      closeButtonProps={{ 'aria-label': t.ask.close }}
      closeOnClickOutside={!action.data}
      centered
      size="lg"
    >
      {action.data ? (
        <KeySecret made={action.data} onDone={close} />
      ) : (
        <NewKeyForm error={action.error} pending={action.isPending} onSubmit={action.mutate} />
      )}
    </Modal>
  )
}
