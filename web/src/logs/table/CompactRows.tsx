/** Events where there is no room for a table: what happened, then who and how much. */
import { Skeleton } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { LogEvent } from '../../api/types'
import { formatClock, formatDay } from '../../format/time'
import { formatEnum } from '../../format/value'
import { t } from '../../i18n'
import { EventText } from '../../ui/EventText'
import { StatusChip, toneOf } from '../../ui/StatusChip'
import { DetailsLine } from '../DetailsLine'
import { useLogView } from '../LogView'
import { stateOf, titleOf } from '../presentation'
import classes from './CompactRows.module.css'

interface CompactRowsProps {
  events: LogEvent[] | undefined
  stale: boolean
  marked: string | undefined
}

export function CompactRows({ events, stale, marked }: CompactRowsProps) {
  const { stream } = useLogView()
  return (
    <ul
      className={classes.rows}
      data-stale={stale || undefined}
      aria-label={t.list.table(t.streams[stream])}
    >
      {events === undefined
        ? Array.from({ length: 10 }, (_, index) => (
            <li key={index} className={classes.skeleton} aria-hidden>
              <Skeleton height={11} width="55%" />
              <Skeleton height={10} width="80%" mt={9} />
            </li>
          ))
        : events.map((event) => (
            <li key={event.id} data-marked={event.id === marked || undefined}>
              <CompactRow event={event} />
            </li>
          ))}
    </ul>
  )
}

function CompactRow({ event }: { event: LogEvent }) {
  const { stream, fields, linkTo, zone } = useLogView()
  const date = new Date(event.time)
  const status = stateOf(stream, event)
  return (
    <Link className={classes.row} {...linkTo({ open: event.id })} preload={false}>
      <span className={classes.title}>
        <EventText value={titleOf(stream, event)} />
      </span>
      {status !== undefined && <StatusChip tone={toneOf(status)}>{formatEnum(status)}</StatusChip>}
      <DetailsLine fields={fields} event={event} zone={zone} className={classes.details} />
      <time className={classes.time} dateTime={event.time}>
        {formatDay(date, zone)} {formatClock(date, zone).slice(0, 8)}
      </time>
    </Link>
  )
}
