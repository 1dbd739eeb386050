/** One request on a line. Pressing it shows what was asked and answered below; again hides it. */
import { Link } from '@tanstack/react-router'
import { refOf } from '../api/eventRef'
import type { LogEvent } from '../api/types'
import { formatNumber } from '../format/number'
import { formatClock, formatDay, formatFull, formatRelative, type Zone } from '../format/time'
import { visibleText } from '../format/text'
import { t } from '../i18n'
import { useLogView } from '../logs/LogView'
import { StatusCell } from '../logs/table/Cell'
import { useMarkedRow } from '../logs/table/useMarkedRow'
import { EventText } from '../ui/EventText'
import { Icon } from '../ui/Icon'
import { Money } from '../ui/Money'
import { RequestDetails } from './RequestDetails'
import { textOf } from './fields'
import classes from './RequestList.module.css'

interface RequestRowProps {
  event: LogEvent
  marked: boolean
  /** Says its day, too, where no heading does. */
  dated: boolean
}

export function RequestRow({ event, marked, dated }: RequestRowProps) {
  const { state, zone, show, linkTo } = useLogView()
  const row = useMarkedRow<HTMLTableRowElement>(marked)
  const ref = refOf(event)
  const isOpen = marked && state.open !== undefined
  const next = { open: isOpen ? undefined : ref }
  const toggle = (click: React.MouseEvent) => {
    const onLink = click.target instanceof Element && click.target.closest('a, button') !== null
    const selecting = getSelection()?.type === 'Range'
    if (!onLink && !selecting) show(next)
  }
  return (
    <>
      <tr
        ref={row}
        className={classes.row}
        data-id={ref.id}
        data-origin={ref.origin}
        data-open={isOpen || undefined}
        data-marked={marked || undefined}
        tabIndex={marked ? -1 : undefined}
        onClick={toggle}
      >
        <td className={classes.endpoint} data-field="platform_model">
          <Link
            {...linkTo(next)}
            preload={false}
            aria-expanded={isOpen}
            aria-label={nameOf(event, timeOf(event, zone, dated))}
          >
            <Icon name="right" size={12} />
            <span className={classes.path} data-part="endpoint">
              <EventText value={textOf(event, 'endpoint') ?? t.requests.noEndpoint} line />
            </span>
            <span className={classes.model} data-part="">
              <EventText value={modelOf(event)} line />
            </span>
          </Link>
        </td>
        <td className={classes.source} data-field="user_name">
          <Source event={event} />
        </td>
        <td className={classes.tokens} data-field="total_tokens" data-right>
          {numeric(event['total_tokens'], formatNumber)}
        </td>
        <td className={classes.cost} data-field="cost" data-right>
          {numeric(event['cost'], (usd) => (
            <Money usd={usd} />
          ))}
        </td>
        <td className={classes.status} data-field="status_code">
          <StatusCell event={event} />
        </td>
        <td className={classes.time}>
          <Time event={event} dated={dated} />
        </td>
      </tr>
      {isOpen && (
        <tr className={classes.details}>
          <td colSpan={6}>
            <RequestDetails open={ref} header={event} />
          </td>
        </tr>
      )}
    </>
  )
}

/** The key that programs call with, or the person at the playground. */
function Source({ event }: { event: LogEvent }) {
  const [keyField, key] = firstOf(event, 'api_key_name', 'api_key_id')
  const [userField, user] = firstOf(event, 'user_name', 'user_id')
  const byKey = key !== undefined && event['source'] !== 'playground'
  const name = byKey ? key : user
  if (name === undefined) return <span className={classes.absent}>{t.values.none}</span>
  return (
    <span title={byKey ? user && visibleText(user) : undefined}>
      <span className="visually-hidden">{byKey ? t.requests.key : t.requests.user} </span>
      <Icon name={byKey ? 'key' : 'person'} size={14} />
      <span data-part={byKey ? keyField : userField}>
        <EventText value={name} line />
      </span>
    </span>
  )
}

/** The first of these fields that the event has, and its text. */
function firstOf(event: LogEvent, ...names: string[]): (string | undefined)[] {
  const field = names.find((name) => textOf(event, name) !== undefined)
  return [field, field && textOf(event, field)]
}

function Time({ event, dated }: { event: LogEvent; dated: boolean }) {
  const { zone } = useLogView()
  const date = new Date(event.time)
  return (
    <time
      dateTime={event.time}
      onPointerEnter={(pointer) => {
        pointer.currentTarget.title = `${formatRelative(date)} · ${formatFull(date, zone)}`
      }}
    >
      {timeOf(event, zone, dated)}
    </time>
  )
}

function numeric(value: LogEvent[string], show: (value: number) => React.ReactNode) {
  if (typeof value === 'number') return show(value)
  return <span className={classes.absent}>{t.values.none}</span>
}

function modelOf(event: LogEvent): string {
  return textOf(event, 'platform_model') ?? textOf(event, 'upstream_model') ?? ''
}

function timeOf(event: LogEvent, zone: Zone, dated: boolean): string {
  const date = new Date(event.time)
  const clock = formatClock(date, zone).slice(0, 8)
  return dated ? `${formatDay(date, zone)} ${clock}` : clock
}

function nameOf(event: LogEvent, time: string): string {
  const endpoint = textOf(event, 'endpoint') ?? t.requests.noEndpoint
  return visibleText(t.requests.expand(endpoint, modelOf(event), time))
}
