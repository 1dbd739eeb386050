/** A link for somebody: to hand over when there is no mail server, else a word that it was sent. */
import { Button, Stack, Text } from '@mantine/core'
import { t } from '../../i18n'
import { settingsTexts } from '../../i18n/settings'
import { OnceSecret } from '../../ui/OnceSecret'

interface HandedLinkProps {
  label: string
  link: string | null
  email: string
  mailed: string
  onDone: () => void
}

export function HandedLink({ label, link, email, mailed, onDone }: HandedLinkProps) {
  const done = <Button onClick={onDone}>{t.ask.done}</Button>
  if (link === null) {
    return (
      <Stack gap={14}>
        <Text style={{ overflowWrap: 'anywhere' }}>{mailed}</Text>
        {done}
      </Stack>
    )
  }
  return (
    <OnceSecret label={label} secret={link} notice={settingsTexts().users.linkNotice(email)}>
      {done}
    </OnceSecret>
  )
}
