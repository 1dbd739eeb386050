/** A secret that is shown this once: to copy, and with a word that it will not come back. */
import { CommandBlock } from './CommandBlock'
import { Notice } from './Notice'
import { Stack } from '@mantine/core'

interface OnceSecretProps {
  label: string
  secret: string
  notice: string
  children?: React.ReactNode
}

export function OnceSecret({ label, secret, notice, children }: OnceSecretProps) {
  return (
    <Stack gap={14}>
      <Notice tone="info">{notice}</Notice>
      <CommandBlock title={label} command={secret} copyLabel={label} wrap />
      {children}
    </Stack>
  )
}
