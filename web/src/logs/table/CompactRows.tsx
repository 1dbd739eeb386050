/** Events where there is no room for a table: what happened, then who and how much. */
import { Skeleton } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { keyOf, refOf } from '../../api/eventRef'
import type { LogEvent } from '../../api/types'
import { formatClock, formatDay } from '../../format/time'
import { t } from '../../i18n'
import { EventText } from '../../ui/EventText'
import { DetailsLine } from '../DetailsLine'
import { useLogView } from '../LogView'
import { titleOf } from '../presentation'
import { StateChip } from '../StateChip'
import { useMarkedRow } from './useMarkedRow'
import classes from './CompactRows.module.css'

interface CompactRowsProps {
  events: LogEvent[] | undefined
  stale: boolean
  marked: LogEvent | undefined
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
            <CompactRow key={keyOf(event)} event={event} marked={event === marked} />
          ))}
    </ul>
  )
}

function CompactRow({ event, marked }: { event: LogEvent; marked: boolean }) {
  const { stream, fields, linkTo, zone } = useLogView()
  const row = useMarkedRow<HTMLLIElement>(marked)
  const date = new Date(event.time)
  return (
    <li ref={row} data-marked={marked || undefined} tabIndex={marked ? -1 : undefined}>
      <Link className={classes.row} {...linkTo({ open: refOf(event) })} preload={false}>
        <span className={classes.title}>
          <EventText value={titleOf(stream, event)} line />
        </span>
        <span className={classes.state}>
          <StateChip stream={stream} event={event} />
        </span>
        <DetailsLine fields={fields} event={event} zone={zone} className={classes.details} />
        <time className={classes.time} dateTime={event.time}>
          {formatDay(date, zone)} {formatClock(date, zone).slice(0, 8)}
        </time>
      </Link>
    </li>
  )
}
