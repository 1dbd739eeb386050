/** Email and password, or one of the identity providers. */
import { Anchor, Button, Group, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useLocation } from '@tanstack/react-router'
import { useState } from 'react'
import { setupQuery } from '../api/queries'
import { t } from '../i18n'
import { formText } from '../ui/forms'
import { Notice } from '../ui/Notice'
import { SsoButtons } from './SsoButtons'
import { ssoError } from './signInError'

interface PasswordStepProps {
  then: string | undefined
  /** Somebody was signed in here, and is no more. */
  ended: boolean
  error: string | undefined
  pending: boolean
  onSubmit: (credentials: { email: string; password: string }) => void
}

interface Missing {
  email?: string
  password?: string
}

export function PasswordStep({ then, ended, error, pending, onSubmit }: PasswordStepProps) {
  const [missing, setMissing] = useState<Missing>({})
  const setup = useQuery(setupQuery)
  const failedSso = useLocation({ select: (location) => ssoError(location.hash) })
  const submit = (event: React.SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const email = formText(form, 'email').trim()
    const password = formText(form, 'password')
    setMissing({
      ...(email === '' && { email: t.gate.emailMissing }),
      ...(password === '' && { password: t.gate.passwordMissing }),
    })
    if (email !== '' && password !== '') onSubmit({ email, password })
  }
  return (
    <Stack gap={14}>
      {setup.data?.needed === true && (
        <Notice tone="info" title={t.gate.signIn.setupNeeded}>
          {t.gate.signIn.setupHint}
        </Notice>
      )}
      {ended && error === undefined && failedSso === undefined && (
        <Notice tone="info" title={t.gate.signIn.ended}>
          {t.gate.signIn.endedHint}
        </Notice>
      )}
      {error === undefined && failedSso !== undefined && (
        <Notice tone="bad" title={t.gate.sso.title}>
          {failedSso}
        </Notice>
      )}
      <form onSubmit={submit} noValidate>
        <Stack gap={14}>
          {error !== undefined && <Notice tone="bad">{error}</Notice>}
          <TextInput
            label={t.gate.email}
            name="email"
            type="email"
            autoComplete="username"
            autoFocus
            size="md"
            error={missing.email}
          />
          <PasswordInput
            label={t.gate.password}
            name="password"
            autoComplete="current-password"
            size="md"
            error={missing.password}
          />
          <Button type="submit" size="md" mt={6} fullWidth loading={pending}>
            {t.gate.signIn.submit}
          </Button>
        </Stack>
      </form>
      <SsoButtons then={then} />
      <Group justify="space-between" gap={8}>
        <Anchor component={Link} to="/forgot-password" size="sm">
          {t.gate.signIn.forgot}
        </Anchor>
        {setup.data?.sign_up === true && (
          <Anchor component={Link} to="/sign-up" size="sm">
            {t.gate.signIn.signUp}
          </Anchor>
        )}
      </Group>
    </Stack>
  )
}
