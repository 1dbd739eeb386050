/** Setting up the second factor: the password, then the app, then the backup codes to keep. */
import { Button, PasswordInput, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { accountApi } from '../../api/accountApi'
import { hasCode } from '../../api/errors'
import type { MfaBegun } from '../../api/types'
import { t } from '../../i18n'
import { describeError, formError } from '../../ui/describeError'
import { formText } from '../../ui/forms'
import { Notice } from '../../ui/Notice'
import { AppStep } from './AppStep'
import { BackupCodes } from './BackupCodes'

interface MfaSetupProps {
  email: string
  /** Who has none proves themselves by the session alone. Absent: not known yet. */
  hasPassword?: boolean | undefined
  /** The backup codes are shown, this once. */
  onCodes?: () => void
  onDone: () => void
}

export function MfaSetup({ email, hasPassword, onCodes, onDone }: MfaSetupProps) {
  const [begun, setBegun] = useState<MfaBegun>()
  const [codes, setCodes] = useState<string[]>()
  if (codes) return <BackupCodes email={email} codes={codes} onKept={onDone} />
  const show = (made: string[]) => {
    setCodes(made)
    onCodes?.()
  }
  if (begun) return <AppStep begun={begun} onConfirmed={show} />
  return <BeginStep email={email} hasPassword={hasPassword} onBegun={setBegun} />
}

interface BeginStepProps {
  email: string
  hasPassword: boolean | undefined
  onBegun: (begun: MfaBegun) => void
}

function BeginStep({ email, hasPassword, onBegun }: BeginStepProps) {
  const [missing, setMissing] = useState<string>()
  const mutation = useMutation({ mutationFn: accountApi.beginMfa, onSuccess: onBegun })
  const submit = (event: React.SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const password = formText(new FormData(event.currentTarget), 'password')
    const needed = hasPassword === true && password === ''
    setMissing(needed ? t.account.password.currentMissing : undefined)
    if (!needed) mutation.mutate(password === '' ? undefined : password)
  }
  const wrong = hasCode(mutation.error, 'wrong_password')
  const said = wrong ? undefined : formError(mutation.error, ['password'])
  const refused = wrong ? t.account.password.wrong : mutation.error && describeError(mutation.error)
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap={14}>
        <StepName step={1} />
        <Text>{t.account.mfa.passwordLead}</Text>
        {said !== undefined && <Notice tone="bad">{said}</Notice>}
        <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
        {hasPassword !== false && (
          <PasswordInput
            label={t.account.password.current}
            description={hasPassword === undefined && t.account.mfa.passwordless}
            name="password"
            autoComplete="current-password"
            data-autofocus
            autoFocus
            size="md"
            error={missing ?? (said === undefined ? refused : undefined)}
          />
        )}
        <Button type="submit" size="md" loading={mutation.isPending}>
          {t.account.mfa.next}
        </Button>
      </Stack>
    </form>
  )
}

export function StepName({ step }: { step: number }) {
  return (
    <Text size="xs" c="dimmed" role="status">
      {t.account.mfa.step(step)}
    </Text>
  )
}
