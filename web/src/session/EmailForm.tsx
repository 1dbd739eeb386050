/** A form that asks for an email address, and for a new password where children say so. */
import { Button, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { t } from '../i18n'
import { describeError, fieldError, formError } from '../ui/describeError'
import { formText } from '../ui/forms'
import { Notice } from '../ui/Notice'
import { passwordProblems, type PasswordProblems } from './newPassword'
import { NewPasswordFields } from './NewPasswordFields'

interface EmailFormProps {
  lead: string
  submit: string
  withPassword?: boolean
  error: Error | null
  pending: boolean
  onSubmit: (input: { email: string; password: string }) => void
}

interface Problems extends PasswordProblems {
  email?: string
}

export function EmailForm(props: EmailFormProps) {
  const { lead, withPassword = false, error, pending, onSubmit } = props
  const [problems, setProblems] = useState<Problems>({})
  const submit = (event: React.SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const email = formText(form, 'email').trim()
    const found: Problems = {
      ...(email === '' && { email: t.gate.emailMissing }),
      ...(withPassword && passwordProblems(form)),
    }
    setProblems(found)
    if (Object.keys(found).length === 0) onSubmit({ email, password: formText(form, 'password') })
  }
  const said = formError(error, withPassword ? ['email', 'password'] : ['email'])
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap={14}>
        <Text c="dimmed">{lead}</Text>
        {said !== undefined && <Notice tone="bad">{said}</Notice>}
        <TextInput
          label={t.gate.email}
          name="email"
          type="email"
          autoComplete="username"
          autoFocus
          size="md"
          error={problems.email ?? fieldError(error, 'email')}
        />
        {withPassword && (
          <NewPasswordFields
            label={t.gate.password}
            problems={{
              ...(error && fieldError(error, 'password') && { password: describeError(error) }),
              ...problems,
            }}
          />
        )}
        <Button type="submit" size="md" fullWidth loading={pending}>
          {props.submit}
        </Button>
      </Stack>
    </form>
  )
}
