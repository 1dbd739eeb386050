/** What one asks first about a call: who, how much, what it cost, how long it took. */
import type { Json, LogEvent } from '../../api/types'
import { formatExactMoney } from '../../format/money'
import { formatMilliseconds, formatNumber } from '../../format/number'
import { t } from '../../i18n'
import { EventText } from '../../ui/EventText'
import { useLogView } from '../LogView'
import { FilterableValue } from './FilterableValue'
import classes from './KeyFigures.module.css'

export function KeyFigures({ event }: { event: LogEvent }) {
  const { fields } = useLogView()
  const figures = figuresOf(event)
  if (figures.length === 0) return null
  return (
    <dl className={classes.figures}>
      {figures.map(({ label, field, value, shown, note }) => (
        <div key={label} data-figure={typeof value === 'number' || undefined}>
          <dt>{label}</dt>
          <dd>
            <FilterableValue field={fields.byName.get(field)} value={value}>
              <EventText value={shown} />
            </FilterableValue>
          </dd>
          {note !== undefined && (
            <dd className={classes.note}>
              <EventText value={note} />
            </dd>
          )}
        </div>
      ))}
    </dl>
  )
}

interface Figure {
  label: string
  field: string
  value: Json
  shown: string
  note?: string | undefined
}

function figuresOf(event: LogEvent): Figure[] {
  const { total_tokens: tokens, cost, latency_ms: latency } = event
  const figures: Figure[] = []
  const [who, stands] = [text(event['api_key_name']), text(event['user_name'])]
  const first = who ?? stands
  if (first !== undefined) {
    const field = who === undefined ? 'user_name' : 'api_key_name'
    const note = who && stands
    figures.push({ label: t.figures.user, field, value: first, shown: first, note })
  }
  if (typeof tokens === 'number') {
    figures.push({
      label: t.figures.tokens,
      field: 'total_tokens',
      value: tokens,
      shown: formatNumber(tokens),
      note: inAndOut(event),
    })
  }
  if (typeof cost === 'number') {
    figures.push({
      label: t.figures.cost,
      field: 'cost',
      value: cost,
      shown: formatExactMoney(cost),
    })
  }
  if (typeof latency === 'number') {
    figures.push({
      label: t.figures.latency,
      field: 'latency_ms',
      value: latency,
      shown: formatMilliseconds(latency),
      note: firstToken(event),
    })
  }
  return figures
}

function inAndOut({ input_tokens: input, output_tokens: output }: LogEvent): string | undefined {
  if (typeof input !== 'number' || typeof output !== 'number') return undefined
  return t.figures.inAndOut(formatNumber(input), formatNumber(output))
}

function firstToken({ ttft_ms: first }: LogEvent): string | undefined {
  return typeof first === 'number' ? t.figures.firstToken(formatMilliseconds(first)) : undefined
}

function text(value: LogEvent[string]): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
