/** The end of a way through the gate: what happened, and where to go on. */
import { Anchor, Stack } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { t } from '../i18n'
import { Notice } from '../ui/Notice'

interface GateMessageProps {
  tone: 'bad' | 'info'
  title: string
  text: string
  children?: React.ReactNode
}

export function GateMessage({ tone, title, text, children }: GateMessageProps) {
  return (
    <Stack gap={14}>
      <Notice tone={tone} title={title}>
        {text}
      </Notice>
      {children}
      <Anchor component={Link} to="/sign-in">
        {t.gate.toSignIn}
      </Anchor>
    </Stack>
  )
}
