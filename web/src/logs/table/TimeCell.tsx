/** The time of an event, and the link that opens it. Relative on hover. */
import { Link } from '@tanstack/react-router'
import { refOf } from '../../api/eventRef'
import type { LogEvent } from '../../api/types'
import { formatClock, formatDay, formatFull, formatRelative } from '../../format/time'
import { t } from '../../i18n'
import { useLogView } from '../LogView'
import classes from './TimeCell.module.css'

export function TimeCell({ event }: { event: LogEvent }) {
  const { linkTo, zone } = useLogView()
  const date = new Date(event.time)
  return (
    <Link
      className={classes.time}
      {...linkTo({ open: refOf(event) })}
      preload={false}
      aria-label={t.list.openEvent(formatFull(date, zone))}
      onPointerEnter={(pointer) => {
        pointer.currentTarget.title = `${formatRelative(date)} · ${formatFull(date, zone)}`
      }}
    >
      <span className={classes.day}>{formatDay(date, zone)}</span> {formatClock(date, zone)}
    </Link>
  )
}
