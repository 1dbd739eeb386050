/** One's own password. */
import { Button, PasswordInput, Stack } from '@mantine/core'
import { useState } from 'react'
import { accountApi } from '../api/accountApi'
import { hasCode } from '../api/errors'
import type { Account } from '../api/types'
import { t } from '../i18n'
import { NewPasswordFields } from '../session/NewPasswordFields'
import { passwordProblems, type PasswordProblems } from '../session/newPassword'
import { fieldError, formError } from '../ui/describeError'
import { formText, useAction } from '../ui/forms'
import { Notice } from '../ui/Notice'
import { Section } from '../ui/Page'
import classes from './Account.module.css'

interface Problems extends PasswordProblems {
  current?: string
}

export function PasswordSection({ account }: { account: Account }) {
  const texts = t.account.password
  // A new key empties the form once the password is set.
  const [round, setRound] = useState(0)
  const action = useAction(accountApi.setPassword, {
    renews: [['account']],
    onDone: () => setRound((before) => before + 1),
  })
  return (
    <Section
      id="password"
      title={texts.title}
      lead={account.has_password ? texts.lead : texts.none}
    >
      {account.has_password && (
        <Stack gap={14} className={classes.form ?? ''}>
          {action.isSuccess && <Notice tone="info">{texts.done}</Notice>}
          <PasswordForm
            key={round}
            email={account.email}
            error={action.error}
            pending={action.isPending}
            onSubmit={action.mutate}
          />
        </Stack>
      )}
    </Section>
  )
}

interface PasswordFormProps {
  email: string
  error: Error | null
  pending: boolean
  onSubmit: (input: { current: string; new: string }) => void
}

function PasswordForm({ email, error, pending, onSubmit }: PasswordFormProps) {
  const texts = t.account.password
  const [problems, setProblems] = useState<Problems>({})
  const submit = (event: React.SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const current = formText(form, 'current')
    const found: Problems = {
      ...(current === '' && { current: texts.currentMissing }),
      ...passwordProblems(form),
    }
    setProblems(found)
    if (Object.keys(found).length === 0) onSubmit({ current, new: formText(form, 'password') })
  }
  const wrong = hasCode(error, 'wrong_password') ? texts.wrong : fieldError(error, 'current')
  const refused = fieldError(error, 'new') ?? fieldError(error, 'password')
  const said = wrong === undefined ? formError(error, ['current', 'new', 'password']) : undefined
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap={12}>
        {said !== undefined && <Notice tone="bad">{said}</Notice>}
        <input type="hidden" autoComplete="username" value={email} readOnly />
        <PasswordInput
          label={texts.current}
          name="current"
          autoComplete="current-password"
          error={problems.current ?? wrong}
        />
        <NewPasswordFields
          label={t.gate.newPassword}
          size="sm"
          problems={{ ...(refused !== undefined && { password: refused }), ...problems }}
        />
        <Button type="submit" loading={pending} className={classes.submit ?? ''}>
          {texts.submit}
        </Button>
      </Stack>
    </form>
  )
}
