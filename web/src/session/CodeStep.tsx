/** The second step of signing in: a code from the app, or a backup code when the app is lost. */
import { Anchor, Button, Group, Stack, Text } from '@mantine/core'
import { t } from '../i18n'
import { Notice } from '../ui/Notice'
import { CodeField, useCode } from './CodeField'

interface CodeStepProps {
  email: string
  backup: boolean
  error: { code?: string; form?: string }
  pending: boolean
  onCode: (code: string) => void
  onBackup: (backup: boolean) => void
  onLeave: () => void
}

export function CodeStep(props: CodeStepProps) {
  const { email, backup, error, pending, onCode, onBackup, onLeave } = props
  const { submit, missing } = useCode(onCode)
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap={14}>
        <Text c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {t.gate.code.lead(email)}
        </Text>
        {error.form !== undefined && <Notice tone="bad">{error.form}</Notice>}
        <CodeField key={String(backup)} backup={backup} error={missing ?? error.code} />
        <Button type="submit" size="md" fullWidth loading={pending}>
          {t.gate.code.submit}
        </Button>
        <Group justify="space-between" gap={8}>
          <Anchor component="button" type="button" size="sm" onClick={() => onBackup(!backup)}>
            {backup ? t.gate.code.useApp : t.gate.code.useBackup}
          </Anchor>
          <Anchor component="button" type="button" size="sm" onClick={onLeave}>
            {t.gate.code.other}
          </Anchor>
        </Group>
      </Stack>
    </form>
  )
}
