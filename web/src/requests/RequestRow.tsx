/** One request on a line. Pressing it shows what was asked and answered below; again hides it. */
import { Link } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import type { LogEvent } from '../api/types'
import { formatMoney } from '../format/money'
import { formatNumber } from '../format/number'
import { formatClock, formatFull, formatRelative } from '../format/time'
import { visibleText } from '../format/text'
import { t } from '../i18n'
import { useLogView } from '../logs/LogView'
import { StatusCell } from '../logs/table/Cell'
import { EventText } from '../ui/EventText'
import { Icon } from '../ui/Icon'
import { RequestDetails } from './RequestDetails'
import { textOf } from './fields'
import classes from './RequestList.module.css'

export function RequestRow({ event, marked }: { event: LogEvent; marked: boolean }) {
  const { state, show, linkTo } = useLogView()
  const row = useRef<HTMLTableRowElement>(null)
  const isOpen = event.id === state.open
  const next = { open: isOpen ? undefined : event.id }
  useEffect(() => {
    if (marked) row.current?.scrollIntoView({ block: 'nearest' })
  }, [marked])
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
        data-id={event.id}
        data-open={isOpen || undefined}
        data-marked={marked || undefined}
        onClick={toggle}
      >
        <td className={classes.endpoint} data-field="platform_model">
          <Link {...linkTo(next)} preload={false} aria-expanded={isOpen} aria-label={nameOf(event)}>
            <Icon name="right" size={12} />
            <span className={classes.path}>
              <EventText value={textOf(event, 'endpoint') ?? t.requests.noEndpoint} />
            </span>
            <span className={classes.model}>
              <EventText value={modelOf(event)} />
            </span>
          </Link>
        </td>
        <td className={classes.source} data-field="user_name">
          <Source event={event} />
        </td>
        <td className={classes.tokens} data-right>
          {numeric(event, 'total_tokens', formatNumber)}
        </td>
        <td className={classes.cost} data-right>
          {numeric(event, 'cost', formatMoney)}
        </td>
        <td className={classes.status} data-field="status_code">
          <StatusCell event={event} />
        </td>
        <td className={classes.time}>
          <Time event={event} />
        </td>
      </tr>
      {isOpen && (
        <tr className={classes.details}>
          <td colSpan={6}>
            <RequestDetails id={event.id} header={event} />
          </td>
        </tr>
      )}
    </>
  )
}

/** The key that programs call with, or the person at the playground. */
function Source({ event }: { event: LogEvent }) {
  const key = textOf(event, 'api_key_name') ?? textOf(event, 'api_key_id')
  const user = textOf(event, 'user_name') ?? textOf(event, 'user_id')
  const byKey = key !== undefined && event['source'] !== 'playground'
  const name = byKey ? key : user
  if (name === undefined) return <span className={classes.absent}>{t.values.none}</span>
  return (
    <span title={byKey ? user && visibleText(user) : undefined}>
      <span className="visually-hidden">{byKey ? t.requests.key : t.requests.user} </span>
      <Icon name={byKey ? 'key' : 'person'} size={14} />
      <EventText value={name} />
    </span>
  )
}

function Time({ event }: { event: LogEvent }) {
  const { zone } = useLogView()
  const date = new Date(event.time)
  return (
    <time
      dateTime={event.time}
      onPointerEnter={(pointer) => {
        pointer.currentTarget.title = `${formatRelative(date)} · ${formatFull(date, zone)}`
      }}
    >
      {formatClock(date, zone).slice(0, 8)}
    </time>
  )
}

function numeric(event: LogEvent, name: string, format: (value: number) => string) {
  const value = event[name]
  if (typeof value === 'number') return format(value)
  return <span className={classes.absent}>{t.values.none}</span>
}

function modelOf(event: LogEvent): string {
  return textOf(event, 'platform_model') ?? textOf(event, 'upstream_model') ?? ''
}

function nameOf(event: LogEvent): string {
  const time = formatClock(new Date(event.time), 'utc').slice(0, 8)
  const endpoint = textOf(event, 'endpoint') ?? t.requests.noEndpoint
  return visibleText(t.requests.expand(endpoint, modelOf(event), time))
}
