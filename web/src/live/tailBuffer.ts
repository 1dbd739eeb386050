/**
 * What a live list shows, and what waits to be shown. More comes in a second than anybody can read:
 * then only the latest are shown, and how many are not is counted.
 */
import { keyOf } from '../api/eventRef'
import type { LogEvent } from '../api/types'

export interface TailBuffer {
  /** The latest first. */
  shown: LogEvent[]
  /** Came, and is not shown yet; the latest first. */
  waiting: LogEvent[]
  /** Came while the connection was broken, was fetched from the log, and is not shown yet. */
  caughtUp: LogEvent[]
  /** Came and is not shown: there was too much at once. */
  passed: number
  /** Did not even come: the connection was too slow or broken. */
  missed: number
  /** Whether of what did not come the number is not known. */
  gaps: boolean
}

export type Step =
  | { kind: 'events'; events: LogEvent[] }
  | { kind: 'caughtUp'; events: LogEvent[] }
  | { kind: 'missed'; count: number | null }
  | { kind: 'reveal'; most: number }
  | { kind: 'clear' }

const SHOWN_MAX = 500
const WAITING_MAX = 500

export const EMPTY: TailBuffer = {
  shown: [],
  waiting: [],
  caughtUp: [],
  passed: 0,
  missed: 0,
  gaps: false,
}

export function reduce(buffer: TailBuffer, step: Step): TailBuffer {
  switch (step.kind) {
    case 'events':
      return receive(buffer, step.events)
    case 'caughtUp':
      return catchUp(buffer, step.events)
    case 'missed':
      return miss(buffer, step.count)
    case 'reveal':
      return reveal(buffer, step.most)
    case 'clear':
      return EMPTY
  }
}

/** Takes in events in the order they came. */
export function receive(buffer: TailBuffer, events: LogEvent[]): TailBuffer {
  const all = [...unknownOf(buffer, events).toReversed(), ...buffer.waiting]
  const waiting = all.slice(0, WAITING_MAX)
  return { ...buffer, waiting, passed: buffer.passed + all.length - waiting.length }
}

/** Takes in what came while nobody followed: what one missed is shown whole, however much it is. */
export function catchUp(buffer: TailBuffer, events: LogEvent[]): TailBuffer {
  return { ...buffer, caughtUp: [...unknownOf(buffer, events), ...buffer.caughtUp] }
}

/** Notes that events are missing; `null` when nobody knows how many. */
export function miss(buffer: TailBuffer, count: number | null): TailBuffer {
  return count === null ? { ...buffer, gaps: true } : { ...buffer, missed: buffer.missed + count }
}

/** Shows what waits, at most so many of the latest; the others are counted. */
export function reveal(buffer: TailBuffer, most: number): TailBuffer {
  const { waiting, caughtUp } = buffer
  if (waiting.length === 0 && caughtUp.length === 0) return buffer
  const next = waiting.slice(0, most)
  const shown = [...next, ...caughtUp, ...buffer.shown]
  return {
    ...buffer,
    // What was fetched may be older than what came in the meantime.
    shown: (caughtUp.length > 0 ? shown.sort(byArrival) : shown).slice(0, SHOWN_MAX),
    waiting: [],
    caughtUp: [],
    passed: buffer.passed + waiting.length - next.length,
  }
}

/** At the seam of both, events come twice: with the tail, and from the log. */
function unknownOf({ shown, waiting, caughtUp }: TailBuffer, events: LogEvent[]): LogEvent[] {
  const known = new Set([...shown, ...waiting, ...caughtUp].map(keyOf))
  return events.filter((event) => !known.has(keyOf(event)))
}

/** The latest first, in the order of the log; whoever sees only own events sees no places in it. */
function byArrival(a: LogEvent, b: LogEvent): number {
  return arrivalOf(b) - arrivalOf(a)
}

function arrivalOf({ seq, received_at: received }: LogEvent): number {
  if (typeof seq === 'number') return seq
  return typeof received === 'string' ? Date.parse(received) : 0
}
