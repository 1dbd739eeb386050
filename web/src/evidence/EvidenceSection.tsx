/** An evidence package of any period; the last whole month is suggested. */
import { Group, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { fromInputValue, toInputValue } from '../format/time'
import { evidenceTexts } from '../i18n/evidence'
import { Section } from '../ui/Page'
import { MakePackage } from './MakePackage'

export function EvidenceSection() {
  const texts = evidenceTexts().evidence
  const [from, setFrom] = useState(() => toInputValue(startOfMonth(-1), 'utc'))
  const [to, setTo] = useState(() => toInputValue(startOfMonth(0), 'utc'))
  const start = fromInputValue(from, 'utc')
  const end = fromInputValue(to, 'utc')
  const period =
    start && end && start < end
      ? new URLSearchParams({ from: start.toISOString(), to: end.toISOString() })
      : undefined
  return (
    <Section id="evidence" title={texts.title} lead={texts.lead}>
      <Stack gap={10} align="flex-start">
        <Group gap={10} align="flex-start">
          <TextInput
            type="datetime-local"
            step={1}
            label={texts.from}
            description={texts.zone}
            value={from}
            onChange={(event) => setFrom(event.currentTarget.value)}
          />
          <TextInput
            type="datetime-local"
            step={1}
            label={texts.to}
            description={texts.zone}
            value={to}
            onChange={(event) => setTo(event.currentTarget.value)}
            error={period ? undefined : texts.order}
          />
        </Group>
        <MakePackage period={period} />
      </Stack>
    </Section>
  )
}

function startOfMonth(monthsFromNow: number): Date {
  const now = new Date()
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + monthsFromNow, 1))
}
