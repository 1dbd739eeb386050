/** Which event stands in a column. */
import { Link } from '@tanstack/react-router'
import { refOf } from '../api/eventRef'
import type { LogEvent } from '../api/types'
import { formatFull } from '../format/time'
import { t } from '../i18n'
import { writeRef } from '../logs/logState'
import { addressOf } from '../logs/place'
import { titleOf } from '../logs/presentation'
import { windowOf, type EventKey } from '../timeline/timelineState'
import { EventText } from '../ui/EventText'
import { Icon } from '../ui/Icon'
import { useZone } from '../ui/useZone'
import classes from './Compare.module.css'

export function CompareHead({ of, event }: { of: EventKey; event: LogEvent }) {
  const [zone] = useZone()
  const { from, to } = windowOf(event.time, '15m')
  return (
    <th scope="col" className={classes.event}>
      <Link
        {...addressOf(of.stream, { from, to, ...writeRef('open', refOf(event)) })}
        preload={false}
      >
        <Icon name={of.stream} size={14} />
        <EventText value={titleOf(of.stream, event)} />
      </Link>
      <span>
        {t.streams[of.stream]} · {formatFull(new Date(event.time), zone)}
      </span>
    </th>
  )
}
