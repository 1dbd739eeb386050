/** The two points in time of a range, to be typed in the zone the reader sees. */
import { TextInput } from '@mantine/core'
import { fromInputValue, toInputValue, type Zone } from '../../format/time'
import { t } from '../../i18n'
import type { Span } from './range'

/** The range as it stands in the inputs; it may be none yet. */
export interface SpanText {
  from: string
  to: string
}

export function spanText({ from, to }: Span, zone: Zone): SpanText {
  return { from: toInputValue(from, zone), to: toInputValue(to, zone) }
}

/** Undefined for what is no range. */
export function readSpan(text: SpanText, zone: Zone): Span | undefined {
  const [from, to] = [fromInputValue(text.from, zone), fromInputValue(text.to, zone)]
  return from !== undefined && to !== undefined && from < to ? { from, to } : undefined
}

interface SpanInputsProps {
  text: SpanText
  valid: boolean
  size?: 'xs' | 'sm'
  onChange: (text: SpanText) => void
}

export function SpanInputs({ text, valid, size = 'sm', onChange }: SpanInputsProps) {
  return (
    <>
      <TextInput
        type="datetime-local"
        step={1}
        size={size}
        label={t.range.from}
        value={text.from}
        onChange={(event) => onChange({ ...text, from: event.currentTarget.value })}
      />
      <TextInput
        type="datetime-local"
        step={1}
        size={size}
        label={t.range.to}
        value={text.to}
        onChange={(event) => onChange({ ...text, to: event.currentTarget.value })}
        error={valid ? undefined : t.range.order}
      />
    </>
  )
}
