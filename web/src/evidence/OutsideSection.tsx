/** The commands that verify elsewhere, without believing this server. */
import { useQuery } from '@tanstack/react-query'
import { keyQuery } from '../api/evidenceApi'
import { evidenceTexts } from '../i18n/evidence'
import { CommandBlock } from '../ui/CommandBlock'
import { Section } from '../ui/Page'

export function OutsideSection() {
  const texts = evidenceTexts().verify
  const { data: key = 'KEY' } = useQuery(keyQuery)
  return (
    <Section id="verify-outside" title={texts.outside} lead={texts.outsideLead}>
      <CommandBlock
        title={texts.keep}
        command={`curl -sS ${location.origin}/ledger/checkpoint > kept.checkpoint`}
      />
      <CommandBlock
        title={texts.check}
        command={`daybook verify ${location.origin} --key '${key}' --checkpoint kept.checkpoint`}
      />
    </Section>
  )
}
