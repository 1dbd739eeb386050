/** How long it took and how much it was, and the ways to take the request along. */
import { Link } from '@tanstack/react-router'
import { refOf } from '../api/eventRef'
import type { LogEvent } from '../api/types'
import { CompareButton } from '../compare/CompareButton'
import { formatMilliseconds, formatNumber } from '../format/number'
import { t } from '../i18n'
import { writeState } from '../logs/logState'
import { useLogView } from '../logs/LogView'
import { EventCopies } from '../logs/panel/EventCopies'
import { addressOf } from '../logs/place'
import { TimelineButton } from '../timeline/TimelineButton'
import classes from './RequestDetails.module.css'

export function RequestFooter({ event }: { event: LogEvent }) {
  const { state } = useLogView()
  const of = { stream: 'usage' as const, ...refOf(event) }
  return (
    <footer className={classes.footer}>
      <dl>
        {figuresOf(event).map(({ label, value, note }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              {value}
              {note !== undefined && <small>{note}</small>}
            </dd>
          </div>
        ))}
      </dl>
      <div className={classes.actions}>
        <Link {...addressOf('usage', writeState({ ...state, live: false, open: of }))}>
          {t.requests.openInLog}
        </Link>
        <TimelineButton of={of} />
        <CompareButton of={of} />
        <EventCopies of={of} event={event} />
      </div>
    </footer>
  )
}

interface Figure {
  label: string
  value: string
  note?: string | undefined
}

function figuresOf(event: LogEvent): Figure[] {
  const number = (name: string) => {
    const value = event[name]
    return typeof value === 'number' ? value : undefined
  }
  const figure = (label: string, value: string | undefined, note?: string): Figure[] =>
    value === undefined ? [] : [{ label, value, note }]
  const counted = (name: string, say: (count: string) => string) => {
    const value = number(name)
    return value === undefined || value === 0 ? undefined : say(formatNumber(value))
  }
  const format = (value: number | undefined, as: (value: number) => string) =>
    value === undefined ? undefined : as(value)
  const { requests } = t
  return [
    ...figure(requests.latency, format(number('latency_ms'), formatMilliseconds)),
    ...figure(requests.firstToken, format(number('ttft_ms'), formatMilliseconds)),
    ...figure(
      requests.promptTokens,
      format(number('input_tokens'), formatNumber),
      counted('cache_read_tokens', requests.cached),
    ),
    ...figure(
      requests.completionTokens,
      format(number('output_tokens'), formatNumber),
      counted('reasoning_tokens', requests.reasoning),
    ),
  ]
}
