/** What a ticket asks for: the password of its account. */
import { Button, Stack, Text, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { gateApi } from '../api/accountApi'
import type { Ticket } from '../api/types'
import { t } from '../i18n'
import { fieldError, formError } from '../ui/describeError'
import { formText } from '../ui/forms'
import { Notice } from '../ui/Notice'
import { passwordProblems, type PasswordProblems } from './newPassword'
import { NewPasswordFields } from './NewPasswordFields'
import { useEnter } from './session'

interface TicketFormProps {
  token: string
  ticket: Ticket
  /** It was used, but signing in needs more. */
  onUsed: () => void
}

export function TicketForm({ token, ticket, onUsed }: TicketFormProps) {
  const { kind, email } = ticket
  const texts = t.gate.ticket
  const enter = useEnter()
  const [problems, setProblems] = useState<PasswordProblems>({})
  const mutation = useMutation({
    mutationFn: gateApi.useTicket,
    onSuccess: (session) => (session ? enter(session) : onUsed()),
  })
  const submit = (event: React.SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const found = passwordProblems(form)
    setProblems(found)
    if (Object.keys(found).length === 0) {
      mutation.mutate({ token, password: formText(form, 'password') })
    }
  }
  const said = formError(mutation.error, ['password'])
  const refused = fieldError(mutation.error, 'password')
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap={14}>
        <Text c="dimmed">{texts.leads[kind]}</Text>
        {said !== undefined && <Notice tone="bad">{said}</Notice>}
        <TextInput
          label={texts.accountOf}
          name="email"
          type="email"
          autoComplete="username"
          size="md"
          value={email}
          readOnly
        />
        <NewPasswordFields
          label={kind === 'reset' ? t.gate.newPassword : t.gate.password}
          problems={{ ...(refused !== undefined && { password: refused }), ...problems }}
          autoFocus
        />
        <Button type="submit" size="md" fullWidth loading={mutation.isPending}>
          {texts.submits[kind]}
        </Button>
      </Stack>
    </form>
  )
}
