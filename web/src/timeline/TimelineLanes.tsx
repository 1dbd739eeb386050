/** The events drawn on one line of time, a lane for each log. */
import { useElementSize } from '@mantine/hooks'
import { formatDayMinute } from '../format/time'
import { visibleText } from '../format/text'
import { t } from '../i18n'
import { stateOf, titleOf } from '../logs/presentation'
import { toneOf } from '../ui/StatusChip'
import { useZone } from '../ui/useZone'
import { dotsOf, LANE_PX, offsetOf, unloadedZones, xOf, type Dot } from './lanes'
import { isSame, type EventKey, type TimelineState } from './timelineState'
import { UnloadedZones } from './UnloadedZones'
import type { Timeline } from './useTimeline'
import classes from './Timeline.module.css'

interface TimelineLanesProps {
  state: TimelineState
  timeline: Timeline
  onOpen: (key: EventKey) => void
}

const AXIS_PX = 20

export function TimelineLanes({ state, timeline, onOpen }: TimelineLanesProps) {
  const { ref, width } = useElementSize()
  const [zone] = useZone()
  const { events, window, middle, streams } = timeline
  const shown = streams.filter((stream) => !state.without.includes(stream))
  const height = shown.length * LANE_PX + AXIS_PX
  return (
    <div className={classes.lanes}>
      <ul className={classes.names} aria-hidden>
        {shown.map((stream) => (
          <li key={stream}>{t.streams[stream]}</li>
        ))}
      </ul>
      <div className={classes.drawing} ref={ref} style={{ height }}>
        {events && window && middle && width > 0 && (
          <svg
            width={width}
            height={height}
            role="img"
            aria-label={t.timeline.drawing(events.length)}
          >
            {shown.map((stream, lane) => (
              <line
                key={stream}
                className={classes.lane}
                x2={width}
                y1={(lane + 0.5) * LANE_PX}
                y2={(lane + 0.5) * LANE_PX}
              />
            ))}
            <UnloadedZones
              zones={unloadedZones(timeline, window, width)}
              height={height - AXIS_PX}
            />
            <line
              className={classes.middle}
              x1={xOf(middle.time, window, width)}
              x2={xOf(middle.time, window, width)}
              y2={height - AXIS_PX}
            />
            {dotsOf(events, shown, window, width).map((dot) => (
              <EventDot
                key={`${dot.event.stream} ${dot.event.id}`}
                dot={dot}
                middle={middle.time}
                isMiddle={isSame(dot.event, state.of)}
                isOpen={isSame(dot.event, state.open)}
                onOpen={() => onOpen({ stream: dot.event.stream, id: dot.event.id })}
              />
            ))}
            <text className={classes.tick} x={0} y={height - 4}>
              {formatDayMinute(new Date(window.from), zone)}
            </text>
            <text className={classes.tick} x={width} y={height - 4} textAnchor="end">
              {formatDayMinute(new Date(window.to), zone)}
            </text>
          </svg>
        )}
      </div>
    </div>
  )
}

interface EventDotProps {
  dot: Dot
  middle: string
  isMiddle: boolean
  isOpen: boolean
  onOpen: () => void
}

function EventDot({ dot, middle, isMiddle, isOpen, onOpen }: EventDotProps) {
  const { stream, event } = dot.event
  const tone = toneOf(stateOf(stream, event) ?? '')
  return (
    <circle
      className={classes.dot}
      data-tone={tone}
      data-middle={isMiddle || undefined}
      data-open={isOpen || undefined}
      cx={dot.x}
      cy={dot.y}
      r={isMiddle ? 6 : 4.5}
      onClick={onOpen}
    >
      <title>{visibleText(`${offsetOf(event.time, middle)}: ${titleOf(stream, event)}`)}</title>
    </circle>
  )
}
