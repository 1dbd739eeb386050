/** The events drawn on one line of time, a lane for each log. */
import { useElementSize } from '@mantine/hooks'
import { keyOf } from '../api/eventRef'
import { formatDayMinute } from '../format/time'
import { visibleText } from '../format/text'
import { t } from '../i18n'
import { stateOf, titleOf } from '../logs/presentation'
import { toneOf } from '../ui/StatusChip'
import { useZone } from '../ui/useZone'
import {
  dotsOf,
  lineOf,
  NAMED_ABOVE,
  NAMED_BESIDE,
  offsetOf,
  unloadedZones,
  xOf,
  type Dot,
} from './lanes'
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
/** With less room for both, names stand above their lanes. */
const BESIDE_MIN_PX = 560

export function TimelineLanes({ state, timeline, onOpen }: TimelineLanesProps) {
  const { ref: frame, width: room } = useElementSize()
  const { ref, width } = useElementSize()
  const [zone] = useZone()
  const { events, window, middle, streams } = timeline
  const shown = streams.filter((stream) => !state.without.includes(stream))
  // Until it is measured, the screen tells how much room there can be.
  const isNarrow = (room || document.documentElement.clientWidth) < BESIDE_MIN_PX
  const shape = isNarrow ? NAMED_ABOVE : NAMED_BESIDE
  const height = shown.length * shape.height + AXIS_PX
  return (
    <div className={classes.lanes} ref={frame} data-narrow={isNarrow || undefined}>
      <ul className={classes.names} aria-label={t.timeline.lanes}>
        {shown.map((stream) => (
          <li key={stream} style={{ height: shape.height }}>
            {t.streams[stream]}
          </li>
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
                y1={lineOf(shape, lane)}
                y2={lineOf(shape, lane)}
              />
            ))}
            <UnloadedZones
              zones={unloadedZones(timeline, window, width)}
              height={height - AXIS_PX}
              line={lineOf(shape, Math.floor((shown.length - 1) / 2))}
            />
            <line
              className={classes.middle}
              x1={xOf(middle.time, window, width)}
              x2={xOf(middle.time, window, width)}
              y2={height - AXIS_PX}
            />
            {dotsOf(events, shown, window, width, shape).map((dot) => (
              <EventDot
                key={`${dot.event.stream} ${keyOf(dot.event.event)}`}
                dot={dot}
                middle={middle.time}
                isMiddle={isSame(dot.event, state.of)}
                isOpen={isSame(dot.event, state.open)}
                onOpen={() => onOpen(dot.event)}
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
