/** Sign-in; afterwards the reader is where they wanted to be. */
import { Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../api/client'
import { hasStatus } from '../api/errors'
import { sessionQuery } from '../api/queries'
import { t } from '../i18n'
import { Notice } from '../ui/Notice'
import { GatePage } from './GatePage'
import { describeError } from '../ui/describeError'
import { safeReturn } from './session'

export function SignInPage() {
  const { then } = useSearch({ from: '/sign-in' })
  const setup = useQuery({ queryKey: ['setup'], queryFn: api.setupNeeded, retry: false })
  const { signIn, error, missing, pending } = useSignIn(then)

  return (
    <GatePage title={t.signIn.title}>
      <form onSubmit={signIn} noValidate>
        <Stack gap={14}>
          {setup.data === true && (
            <Notice tone="info" title={t.signIn.setupNeeded}>
              {t.signIn.setupHint}
            </Notice>
          )}
          {error !== undefined && <Notice tone="bad">{error}</Notice>}
          <TextInput
            label={t.signIn.email}
            name="email"
            type="email"
            autoComplete="username"
            autoFocus
            size="md"
            error={missing.email}
          />
          <PasswordInput
            label={t.signIn.password}
            name="password"
            autoComplete="current-password"
            size="md"
            error={missing.password}
          />
          <Button type="submit" size="md" mt={6} fullWidth loading={pending}>
            {t.signIn.submit}
          </Button>
        </Stack>
      </form>
    </GatePage>
  )
}

interface Missing {
  email?: string
  password?: string
}

function useSignIn(then: string | undefined) {
  const router = useRouter()
  const queryClient = useQueryClient()
  const [missing, setMissing] = useState<Missing>({})
  const mutation = useMutation({
    mutationFn: api.signIn,
    onSuccess: (session) => {
      queryClient.setQueryData(sessionQuery.queryKey, session)
      router.history.push(safeReturn(then))
    },
  })
  const signIn = (event: React.SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const email = formText(form, 'email').trim()
    const password = formText(form, 'password')
    setMissing({
      ...(email === '' && { email: t.signIn.emailMissing }),
      ...(password === '' && { password: t.signIn.passwordMissing }),
    })
    if (email !== '' && password !== '') mutation.mutate({ email, password })
  }
  const error = mutation.error
    ? hasStatus(mutation.error, 401)
      ? t.signIn.wrong
      : describeError(mutation.error)
    : undefined
  return { signIn, error, missing, pending: mutation.isPending }
}

export function formText(form: FormData, name: string): string {
  const value = form.get(name)
  return typeof value === 'string' ? value : ''
}
