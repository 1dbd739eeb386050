/** The dialog that makes a personal key, and shows it once. */
import { Button, Modal, NativeSelect, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { accountApi } from '../api/accountApi'
import { t } from '../i18n'
import { settingsTexts } from '../i18n/settings'
import { expiresAt, expiryChoices } from '../keys/keys'
import { KeySecret } from '../keys/KeySecret'
import { fieldError, formError } from '../ui/describeError'
import { formText, useAction } from '../ui/forms'
import { Notice } from '../ui/Notice'

export function NewOwnKey({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const words = settingsTexts().keys
  const action = useAction(accountApi.createKey, { renews: [['account', 'keys']] })
  const close = () => {
    onClose()
    action.reset()
  }
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={action.data ? words.secretTitle(action.data.name) : t.account.keys.createTitle}
      closeButtonProps={{ 'aria-label': t.ask.close }}
      closeOnClickOutside={!action.data}
      centered
    >
      {action.data ? (
        <KeySecret made={action.data} onDone={close} />
      ) : (
        <NewOwnKeyForm error={action.error} pending={action.isPending} onSubmit={action.mutate} />
      )}
    </Modal>
  )
}

interface NewOwnKeyFormProps {
  error: Error | null
  pending: boolean
  onSubmit: (input: { name: string; expires_at?: string }) => void
}

function NewOwnKeyForm({ error, pending, onSubmit }: NewOwnKeyFormProps) {
  const words = settingsTexts().keys
  const [missing, setMissing] = useState<string>()
  const submit = (event: React.SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const name = formText(form, 'name').trim()
    const expires_at = expiresAt(formText(form, 'expiry'), new Date())
    setMissing(name === '' ? words.nameMissing : undefined)
    if (name !== '') onSubmit({ name, ...(expires_at !== undefined && { expires_at }) })
  }
  const said = formError(error, ['name', 'expires_at'])
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap={14}>
        {said !== undefined && <Notice tone="bad">{said}</Notice>}
        <TextInput
          label={words.name}
          description={words.nameHint}
          name="name"
          autoComplete="off"
          data-autofocus
          error={missing ?? fieldError(error, 'name')}
        />
        <NativeSelect
          label={words.expiry}
          name="expiry"
          defaultValue="d90"
          data={expiryChoices()}
          error={fieldError(error, 'expires_at')}
        />
        <Button type="submit" loading={pending}>
          {words.submit}
        </Button>
      </Stack>
    </form>
  )
}
