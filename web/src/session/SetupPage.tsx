/** The one-time set-up: the token stands behind `#`, which browsers never send to a server. */
import { Anchor, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useLocation, useRouter } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../api/client'
import { sessionQuery } from '../api/queries'
import { t } from '../i18n'
import { describeError } from '../ui/describeError'
import { Notice } from '../ui/Notice'
import { GatePage } from './GatePage'
import { formText } from './SignInPage'

/** The server's own limit, counted as it counts: in characters. */
const PASSWORD_CHARACTERS_MIN = 8

export function SetupPage() {
  const token = useLocation({ select: (location) => location.hash.replace(/^#/, '') })
  const setup = useQuery({ queryKey: ['setup'], queryFn: api.setupNeeded, retry: false })

  return (
    <GatePage title={t.setup.title}>
      {setup.data === false ? (
        <Stack gap={14}>
          <Notice tone="info" title={t.setup.done}>
            {t.setup.doneHint}
          </Notice>
          <Anchor component={Link} to="/sign-in">
            {t.setup.toSignIn}
          </Anchor>
        </Stack>
      ) : token === '' ? (
        <Notice tone="bad" title={t.setup.noToken}>
          {t.setup.noTokenHint}
        </Notice>
      ) : (
        <SetupForm token={token} />
      )}
    </GatePage>
  )
}

interface Problems {
  email?: string
  password?: string
  repeat?: string
}

function SetupForm({ token }: { token: string }) {
  const { submit, problems, error, pending } = useSetUp(token)
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap={14}>
        <Text c="dimmed">{t.setup.intro}</Text>
        {error !== undefined && <Notice tone="bad">{error}</Notice>}
        <TextInput
          label={t.setup.email}
          name="email"
          type="email"
          autoComplete="username"
          autoFocus
          size="md"
          error={problems.email}
        />
        <PasswordInput
          label={t.setup.password}
          description={t.setup.passwordHint(PASSWORD_CHARACTERS_MIN)}
          name="password"
          autoComplete="new-password"
          size="md"
          error={problems.password}
        />
        <PasswordInput
          label={t.setup.repeat}
          name="repeat"
          autoComplete="new-password"
          size="md"
          error={problems.repeat}
        />
        <Button type="submit" size="md" mt={6} fullWidth loading={pending}>
          {t.setup.submit}
        </Button>
      </Stack>
    </form>
  )
}

function useSetUp(token: string) {
  const router = useRouter()
  const queryClient = useQueryClient()
  const [problems, setProblems] = useState<Problems>({})
  const mutation = useMutation({
    mutationFn: api.setUp,
    onSuccess: (session) => {
      queryClient.setQueryData(sessionQuery.queryKey, session)
      router.history.replace('/')
    },
  })
  const submit = (event: React.SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const email = formText(form, 'email').trim()
    const password = formText(form, 'password')
    const found: Problems = {
      ...(email === '' && { email: t.signIn.emailMissing }),
      ...(Array.from(password).length < PASSWORD_CHARACTERS_MIN && {
        password: t.setup.tooShort(PASSWORD_CHARACTERS_MIN),
      }),
      ...(password !== formText(form, 'repeat') && { repeat: t.setup.differs }),
    }
    setProblems(found)
    if (Object.keys(found).length === 0) mutation.mutate({ token, email, password })
  }
  const error = mutation.error ? describeError(mutation.error) : undefined
  return { submit, problems, error, pending: mutation.isPending }
}
