/** The app gets the secret, and proves it with its first code. */
import { Button, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { accountApi } from '../../api/accountApi'
import type { MfaBegun } from '../../api/types'
import { t } from '../../i18n'
import { CodeField, useCode } from '../../session/CodeField'
import { codeStepError } from '../../session/signInError'
import { CommandBlock } from '../../ui/CommandBlock'
import { Notice } from '../../ui/Notice'
import { StepName } from './MfaSetup'
import classes from './AppStep.module.css'

interface AppStepProps {
  begun: MfaBegun
  onConfirmed: (codes: string[]) => void
}

export function AppStep({ begun, onConfirmed }: AppStepProps) {
  const mutation = useMutation({ mutationFn: accountApi.confirmMfa, onSuccess: onConfirmed })
  const { submit, missing } = useCode(mutation.mutate)
  const error = codeStepError(mutation.error, false)
  const { mfa } = t.account
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap={14}>
        <StepName step={2} />
        <Text>{mfa.scan}</Text>
        <img
          className={classes.qr}
          alt={mfa.qr}
          width={184}
          height={184}
          src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(begun.qr_svg)}`}
        />
        <CommandBlock
          title={mfa.secret}
          command={grouped(begun.secret)}
          copyLabel={mfa.secret}
          wrap
        />
        {error.form !== undefined && <Notice tone="bad">{error.form}</Notice>}
        <CodeField error={missing ?? error.code} autoFocus={false} />
        <Button type="submit" size="md" loading={mutation.isPending}>
          {mfa.confirm}
        </Button>
      </Stack>
    </form>
  )
}

/** Apps ignore the spaces; people who type need them. */
function grouped(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, '$1 ')
}
