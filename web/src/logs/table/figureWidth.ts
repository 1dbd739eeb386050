/** The room that the figures of a column need: one that is cut reads as another one. */
import type { Field, LogEvent } from '../../api/types'
import { formatFigure } from '../../format/value'
import type { Column } from '../presentation'

/** At 13 px, and rather too much: signs are as wide as digits, what stands between them is narrow. */
const DIGIT_PX = 8.3
const LETTER_PX = 10.5
const GAP_PX = 4
/** What a cell has beside its text, also at the end of a row. */
const PADDING_PX = 24

/** The column, wider when figures among these events need it. */
export function widenedFor(events: LogEvent[], column: Column): Column {
  if (!column.alignRight) return column
  return { ...column, width: Math.max(column.width, figureWidth(events, column.field)) }
}

export function figureWidth(events: LogEvent[], field: Field): number {
  const widths = events.map((event) => {
    const value = shownIn(event, field.name)
    return typeof value === 'number' ? textWidth(formatFigure(field, value)) : 0
  })
  return PADDING_PX + Math.ceil(Math.max(0, ...widths))
}

/** What is no call has no cost, but an amount. */
function shownIn(event: LogEvent, name: string): LogEvent[string] {
  return name === 'cost' ? (event['cost'] ?? event['amount']) : event[name]
}

function textWidth(text: string): number {
  const widths = Array.from(text, (character) => {
    if (/[\s.]/.test(character)) return GAP_PX
    return /[a-z]/.test(character) ? LETTER_PX : DIGIT_PX
  })
  return widths.reduce((sum, width) => sum + width, 0)
}
