/** Two points in time, in the zone the reader sees. */
import { Button } from '@mantine/core'
import { useState } from 'react'
import type { Zone } from '../../format/time'
import { t } from '../../i18n'
import type { Span } from './range'
import { readSpan, SpanInputs, spanText } from './SpanInputs'
import classes from './TimeRangePicker.module.css'

interface CustomRangeFormProps {
  span: Span
  zone: Zone
  onApply: (span: Span) => void
}

export function CustomRangeForm({ span, zone, onApply }: CustomRangeFormProps) {
  const [text, setText] = useState(spanText(span, zone))
  const chosen = readSpan(text, zone)
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (chosen) onApply(chosen)
      }}
    >
      <h2>{t.range.custom}</h2>
      <SpanInputs text={text} valid={chosen !== undefined} onChange={setText} />
      <Button type="submit" size="xs" disabled={!chosen}>
        {t.range.apply}
      </Button>
    </form>
  )
}
