/** Two points in time, in the zone the reader sees. */
import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { fromInputValue, toInputValue, type Zone } from '../../format/time'
import { t } from '../../i18n'
import type { Span } from './range'
import classes from './TimeRangePicker.module.css'

interface CustomRangeFormProps {
  span: Span
  zone: Zone
  onApply: (span: Span) => void
}

export function CustomRangeForm({ span, zone, onApply }: CustomRangeFormProps) {
  const [from, setFrom] = useState(toInputValue(span.from, zone))
  const [to, setTo] = useState(toInputValue(span.to, zone))
  const start = fromInputValue(from, zone)
  const end = fromInputValue(to, zone)
  const valid = start !== undefined && end !== undefined && start < end

  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (valid) onApply({ from: start, to: end })
      }}
    >
      <h2>{t.range.custom}</h2>
      <TextInput
        type="datetime-local"
        step={1}
        label={t.range.from}
        value={from}
        onChange={(event) => setFrom(event.currentTarget.value)}
      />
      <TextInput
        type="datetime-local"
        step={1}
        label={t.range.to}
        value={to}
        onChange={(event) => setTo(event.currentTarget.value)}
        error={valid ? undefined : t.range.order}
      />
      <Button type="submit" size="xs" disabled={!valid}>
        {t.range.apply}
      </Button>
    </form>
  )
}
