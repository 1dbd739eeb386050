/** Who must still set up a second factor, or give it, does so here; nothing else opens before. */
import { Anchor, Button, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { MfaSetup } from '../account/mfa/MfaSetup'
import { accountApi } from '../api/accountApi'
import { sessionQuery } from '../api/queries'
import type { Session } from '../api/types'
import { t } from '../i18n'
import { Notice } from '../ui/Notice'
import { CodeField, useCode } from './CodeField'
import { GatePage } from './GatePage'
import { useEnter, useSignOut } from './session'
import { codeStepError } from './signInError'

export function SecondFactorPage() {
  const { then } = useSearch({ from: '/second-factor' })
  const enter = useEnter(then)
  const signOut = useSignOut()
  const { data: session } = useQuery(sessionQuery)
  // What the page is for does not change while it is open: the backup codes are read after the end.
  const [gives] = useState(session?.mfa_code_required === true)
  return (
    <GatePage title={gives ? t.gate.code.title : t.gate.secondFactor.title}>
      <Stack gap={14}>
        {gives ? (
          <GiveCode onDone={enter} />
        ) : (
          <SetUp email={session?.email ?? ''} onDone={enter} />
        )}
        <Anchor
          component="button"
          type="button"
          size="sm"
          ta="left"
          onClick={() => signOut.mutate()}
        >
          {t.gate.secondFactor.signOut}
        </Anchor>
      </Stack>
    </GatePage>
  )
}

function SetUp({ email, onDone }: { email: string; onDone: (session: Session) => void }) {
  const queryClient = useQueryClient()
  const goOn = async () => {
    const renewed = await queryClient.query({ ...sessionQuery, staleTime: 0 })
    if (renewed) onDone(renewed)
  }
  return (
    <>
      <Text c="dimmed">{t.gate.secondFactor.lead}</Text>
      <MfaSetup email={email} onDone={() => void goOn()} />
    </>
  )
}

function GiveCode({ onDone }: { onDone: (session: Session) => void }) {
  const mutation = useMutation({ mutationFn: accountApi.verifyMfa, onSuccess: onDone })
  const { submit, missing } = useCode(mutation.mutate)
  const [backup, setBackup] = useState(false)
  const error = codeStepError(mutation.error, backup)
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap={14}>
        <Text c="dimmed">{t.gate.secondFactor.give}</Text>
        {error.form !== undefined && <Notice tone="bad">{error.form}</Notice>}
        <CodeField key={String(backup)} backup={backup} error={missing ?? error.code} />
        <Button type="submit" size="md" fullWidth loading={mutation.isPending}>
          {t.gate.code.submit}
        </Button>
        <Anchor component="button" type="button" size="sm" onClick={() => setBackup(!backup)}>
          {backup ? t.gate.code.useApp : t.gate.code.useBackup}
        </Anchor>
      </Stack>
    </form>
  )
}
