/** The backup codes, this once: to copy, to download or to print. */
import { Button, Group, Stack } from '@mantine/core'
import { t } from '../../i18n'
import { formatFull } from '../../format/time'
import { useCopy } from '../../ui/CopyButton'
import { Notice } from '../../ui/Notice'
import { useZone } from '../../ui/useZone'
import { StepName } from './MfaSetup'
import classes from './BackupCodes.module.css'

interface BackupCodesProps {
  email: string
  codes: string[]
  onKept: () => void
  /** New codes are no step of a set-up. */
  renewed?: boolean
}

export function BackupCodes({ email, codes, onKept, renewed = false }: BackupCodesProps) {
  const { state, copy } = useCopy()
  const [zone] = useZone()
  const { mfa } = t.account
  const sheet = () =>
    [mfa.fileHead(email, formatFull(new Date(), zone)), '', ...codes, ''].join('\n')
  return (
    <Stack gap={14}>
      {!renewed && <StepName step={3} />}
      <Notice tone="info">{mfa.codesNotice}</Notice>
      <ul className={classes.codes} aria-label={mfa.codes} data-print>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <Group gap={8}>
        <Button variant="default" onClick={() => copy(codes.join('\n'))}>
          {state === 'copied' ? mfa.copied : state === 'failed' ? t.errors.copyFailed : mfa.copyAll}
        </Button>
        <Button variant="default" onClick={() => download(mfa.fileName, sheet())}>
          {mfa.download}
        </Button>
        <Button variant="default" onClick={() => window.print()}>
          {mfa.print}
        </Button>
      </Group>
      <Button size="md" onClick={onKept}>
        {mfa.kept}
      </Button>
    </Stack>
  )
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
