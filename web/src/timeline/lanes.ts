/** Geometry of the drawing: one lane a log, time from left to right. */
import type { Stream } from '../api/types'
import { t } from '../i18n'
import type { Beyond, Timeline, TimelineEvent } from './useTimeline'
import type { Window } from './timelineState'

export interface Dot {
  event: TimelineEvent
  x: number
  y: number
}

/** How high a lane is, and how far below its top the line is that the dots lie on. */
export interface LaneShape {
  height: number
  line: number
}

export const NAMED_BESIDE: LaneShape = { height: 26, line: 13 }
/** Where there is no room beside the drawing. */
export const NAMED_ABOVE: LaneShape = { height: 36, line: 25 }

export function lineOf({ height, line }: LaneShape, lane: number): number {
  return lane * height + line
}

export interface Zone {
  beyond: Beyond
  x: number
  width: number
}

export function dotsOf(
  events: TimelineEvent[],
  streams: Stream[],
  window: Window,
  width: number,
  shape: LaneShape,
): Dot[] {
  return events.flatMap((event) => {
    const lane = streams.indexOf(event.stream)
    if (lane < 0) return []
    return [{ event, x: xOf(event.event.time, window, width), y: lineOf(shape, lane) }]
  })
}

/** What a dot at an edge needs. */
const MARGIN_PX = 6

/** Events at the edges stay whole. */
export function xOf(time: string, window: Window, width: number): number {
  const [from, to] = [Date.parse(window.from), Date.parse(window.to)]
  const share = (Date.parse(time) - from) / Math.max(1, to - from)
  return MARGIN_PX + Math.min(1, Math.max(0, share)) * Math.max(0, width - 2 * MARGIN_PX)
}

/** Where events are that are not drawn: from the edges to the first and to the last one that is. */
export function unloadedZones(
  { events = [], earlier, later }: Pick<Timeline, 'events' | 'earlier' | 'later'>,
  window: Window,
  width: number,
): Zone[] {
  const [first, last] = [events[0], events.at(-1)]
  const zones: Zone[] = []
  if (first && earlier.count > 0) {
    const end = Math.max(MARGIN_PX, xOf(first.event.time, window, width) - MARGIN_PX)
    zones.push({ beyond: earlier, x: 0, width: end })
  }
  if (last && later.count > 0) {
    const start = Math.min(width - MARGIN_PX, xOf(last.event.time, window, width) + MARGIN_PX)
    zones.push({ beyond: later, x: start, width: width - start })
  }
  return zones
}

/** `+2.1 s`, `−14 min`: how far from the event in the middle. */
export function offsetOf(time: string, middle: string): string {
  const ms = Date.parse(time) - Date.parse(middle)
  if (ms === 0) return '0'
  const sign = ms < 0 ? '\u2212' : '+'
  const size = Math.abs(ms)
  if (size < 1000) return `${sign}${size} ${t.units.ms}`
  if (size < 60_000) return `${sign}${(size / 1000).toFixed(1)} ${t.units.s}`
  if (size < 3_600_000) return `${sign}${Math.round(size / 60_000)} ${t.units.min}`
  return `${sign}${(size / 3_600_000).toFixed(1)} ${t.units.h}`
}
