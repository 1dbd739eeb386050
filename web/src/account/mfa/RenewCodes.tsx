/** Ten new backup codes instead of those before. */
import { Button, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { accountApi } from '../../api/accountApi'
import { t } from '../../i18n'
import { CodeField, useCode } from '../../session/CodeField'
import { codeStepError } from '../../session/signInError'
import { Notice } from '../../ui/Notice'
import { BackupCodes } from './BackupCodes'

interface RenewCodesProps {
  email: string
  /** The new codes are shown, this once. */
  onCodes: () => void
  onDone: () => void
}

export function RenewCodes({ email, onCodes, onDone }: RenewCodesProps) {
  const mutation = useMutation({ mutationFn: accountApi.renewBackupCodes, onSuccess: onCodes })
  const { submit, missing } = useCode(mutation.mutate)
  if (mutation.data)
    return <BackupCodes email={email} codes={mutation.data} onKept={onDone} renewed />
  const error = codeStepError(mutation.error, false)
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap={14}>
        <Text>{t.account.mfa.renewText}</Text>
        {error.form !== undefined && <Notice tone="bad">{error.form}</Notice>}
        <CodeField error={missing ?? error.code} />
        <Button type="submit" size="md" loading={mutation.isPending}>
          {t.account.mfa.renewSubmit}
        </Button>
      </Stack>
    </form>
  )
}
