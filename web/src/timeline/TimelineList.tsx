/** The same events as lines, the one in the middle marked. */
import { Button, Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { keyOf } from '../api/eventRef'
import { catalogueQuery } from '../api/queries'
import type { Catalogue } from '../api/types'
import { fieldsOf } from '../catalogue/catalogue'
import { formatNumber } from '../format/number'
import { formatClock, formatDay, formatFull } from '../format/time'
import { t } from '../i18n'
import { focusIfFree } from '../keyboard/focus'
import { DetailsLine } from '../logs/DetailsLine'
import { titleOf } from '../logs/presentation'
import { StateChip } from '../logs/StateChip'
import { EventText } from '../ui/EventText'
import { Icon } from '../ui/Icon'
import { useZone } from '../ui/useZone'
import { offsetOf } from './lanes'
import { isSame, writeTimeline, type EventKey, type TimelineState } from './timelineState'
import type { Beyond, Timeline, TimelineEvent } from './useTimeline'
import classes from './Timeline.module.css'

interface TimelineListProps {
  state: TimelineState
  timeline: Timeline
  onOpen: (key: EventKey) => void
}

export function TimelineList({ state, timeline, onOpen }: TimelineListProps) {
  const { data: catalogue } = useQuery(catalogueQuery)
  const { events, middle, earlier, later } = timeline
  if (!events || !middle || !catalogue) return <ListSkeleton />
  return (
    <div className={classes.list}>
      <Further beyond={earlier} say={t.timeline.earlier} />
      <ol aria-label={t.timeline.list}>
        {events.map((event) => (
          <Line
            key={`${event.stream} ${keyOf(event.event)}`}
            of={event}
            middle={middle.time}
            catalogue={catalogue}
            state={state}
            onOpen={() => onOpen(event)}
          />
        ))}
      </ol>
      <Further beyond={later} say={t.timeline.later} />
      {events.length === 1 && <p className={classes.beyond}>{t.timeline.alone}</p>}
    </div>
  )
}

interface FurtherProps {
  beyond: Beyond
  say: (count: string) => string
}

function Further({ beyond: { count, fetching, more }, say }: FurtherProps) {
  if (count === 0) return null
  return (
    <p className={classes.beyond}>
      {say(formatNumber(count))}
      <Button size="compact-xs" variant="default" loading={fetching} onClick={more}>
        {t.timeline.more}
      </Button>
    </p>
  )
}

interface LineProps {
  of: TimelineEvent
  middle: string
  catalogue: Catalogue
  state: TimelineState
  onOpen: () => void
}

function Line({ of, middle, catalogue, state, onOpen }: LineProps) {
  const { stream, event } = of
  const [zone] = useZone()
  const line = useRef<HTMLLIElement>(null)
  const wasOpen = useRef(false)
  const isMiddle = isSame(of, state.of)
  const isOpen = isSame(of, state.open)
  useEffect(() => {
    if (isMiddle) line.current?.scrollIntoView({ block: 'center' })
  }, [isMiddle])
  const isClosed = state.open === undefined
  useEffect(() => {
    if (isOpen) line.current?.scrollIntoView({ block: 'nearest' })
    else if (wasOpen.current && isClosed) focusIfFree(line.current?.querySelector('a'))
    wasOpen.current = isOpen
  }, [isOpen, isClosed])
  const date = new Date(event.time)
  const fields = fieldsOf(catalogue, stream)
  return (
    <li
      ref={line}
      className={classes.line}
      data-middle={isMiddle || undefined}
      data-open={isOpen || undefined}
      onClick={(click) => {
        const onLink = click.target instanceof Element && click.target.closest('a') !== null
        if (!onLink && getSelection()?.type !== 'Range') onOpen()
      }}
    >
      <span className={classes.offset}>
        {isMiddle ? t.timeline.here : offsetOf(event.time, middle)}
      </span>
      <Link
        className={classes.time}
        to="/timeline"
        search={writeTimeline({ ...state, open: of })}
        preload={false}
        aria-label={t.list.openEvent(formatFull(date, zone))}
      >
        <span>{formatDay(date, zone)}</span> {formatClock(date, zone)}
      </Link>
      <span className={classes.stream}>
        <Icon name={stream} size={14} />
        {t.streams[stream]}
      </span>
      <span className={classes.what}>
        <EventText value={titleOf(stream, event)} line />
      </span>
      <span>
        <StateChip stream={stream} event={event} />
      </span>
      <DetailsLine fields={fields} event={event} zone={zone} className={classes.details} />
    </li>
  )
}

function ListSkeleton() {
  return (
    <div className={classes.skeleton} aria-hidden>
      {[70, 62, 78, 54, 66, 72].map((width) => (
        <Skeleton key={width} height={11} width={`${width}%`} />
      ))}
    </div>
  )
}
