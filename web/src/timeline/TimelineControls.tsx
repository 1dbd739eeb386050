/** Around which event, by what, how far, in which logs. */
import { Checkbox, SegmentedControl } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { formatNumber } from '../format/number'
import { formatFull } from '../format/time'
import { t } from '../i18n'
import { writeRef } from '../logs/logState'
import { addressOf } from '../logs/place'
import { titleOf } from '../logs/presentation'
import { EventText } from '../ui/EventText'
import { Icon } from '../ui/Icon'
import { useZone } from '../ui/useZone'
import type { RelationKind } from './relations'
import { AROUNDS, type TimelineState } from './timelineState'
import type { Timeline } from './useTimeline'
import classes from './Timeline.module.css'

interface TimelineControlsProps {
  state: TimelineState
  timeline: Timeline
  onChange: (patch: Partial<TimelineState>) => void
}

export function TimelineControls({ state, timeline, onChange }: TimelineControlsProps) {
  const [zone] = useZone()
  const { of, around, without } = state
  const { middle, relations, others, relation, streams } = timeline
  return (
    <header className={classes.head}>
      <div className={classes.title}>
        <h1>{t.timeline.title}</h1>
        {middle && of && (
          <Link
            {...addressOf(of.stream, {
              ...writeRef('open', of),
              from: timeline.window?.from,
              to: timeline.window?.to,
            })}
          >
            <Icon name={of.stream} size={14} />
            <EventText value={titleOf(of.stream, middle)} />
            <time dateTime={middle.time}>{formatFull(new Date(middle.time), zone)}</time>
          </Link>
        )}
      </div>
      <div className={classes.controls}>
        <SegmentedControl
          className={classes.by ?? ''}
          size="xs"
          aria-label={t.timeline.by}
          value={relation?.kind ?? ''}
          onChange={(kind) => onChange({ by: relations.find((one) => one.kind === kind)?.kind })}
          data={relations.map(({ kind }, at) => ({
            value: kind,
            label: <Choice kind={kind} others={others[at]} />,
          }))}
        />
        {relation && (
          <code className={classes.value}>
            <EventText value={relation.value} line />
          </code>
        )}
        <SegmentedControl
          size="xs"
          aria-label={t.timeline.around}
          value={around}
          onChange={(next) => onChange({ around: next })}
          data={AROUNDS.map((value) => ({ value, label: `± ${t.timeline.arounds[value]}` }))}
        />
        <fieldset className={classes.streams}>
          <legend className="visually-hidden">{t.app.logs}</legend>
          {streams.map((stream) => (
            <Checkbox
              key={stream}
              size="xs"
              label={t.streams[stream]}
              checked={!without.includes(stream)}
              onChange={(event) =>
                onChange({
                  without: event.currentTarget.checked
                    ? without.filter((other) => other !== stream)
                    : [...without, stream],
                })
              }
            />
          ))}
        </fieldset>
      </div>
    </header>
  )
}

/** A relation and how many others it leads to, where that is known. */
function Choice({ kind, others }: { kind: RelationKind; others: number | undefined }) {
  return (
    <>
      {t.timeline.kinds[kind]}
      {others !== undefined && (
        <>
          {' '}
          <span className={classes.others} data-none={others === 0 || undefined}>
            {formatNumber(others)}
          </span>
        </>
      )}
    </>
  )
}
