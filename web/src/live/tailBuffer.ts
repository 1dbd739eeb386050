/**
 * What a live list shows, and what waits to be shown. More comes in a second than anybody can read:
 * then only the latest are shown, and how many passed by is counted.
 */
import type { LogEvent } from '../api/types'

export interface TailBuffer {
  /** The latest first. */
  shown: LogEvent[]
  /** Came, and is not shown yet; the latest first. */
  waiting: LogEvent[]
  /** Came and is not shown: there was too much at once. */
  passed: number
  /** Did not even come: the connection was too slow or broken. */
  missed: number
  /** Whether of what did not come the number is not known. */
  gaps: boolean
}

const SHOWN_MAX = 500
const WAITING_MAX = 500

export const EMPTY: TailBuffer = { shown: [], waiting: [], passed: 0, missed: 0, gaps: false }

/** Takes in events in the order they came. */
export function receive(buffer: TailBuffer, events: LogEvent[]): TailBuffer {
  const all = [...events.toReversed(), ...buffer.waiting]
  const waiting = all.slice(0, WAITING_MAX)
  return { ...buffer, waiting, passed: buffer.passed + all.length - waiting.length }
}

/** Notes that events are missing; `null` when nobody knows how many. */
export function miss(buffer: TailBuffer, count: number | null): TailBuffer {
  return count === null ? { ...buffer, gaps: true } : { ...buffer, missed: buffer.missed + count }
}

/** Shows what waits, at most so many of the latest; the others have passed by. */
export function reveal(buffer: TailBuffer, most: number): TailBuffer {
  if (buffer.waiting.length === 0) return buffer
  const next = buffer.waiting.slice(0, most)
  return {
    ...buffer,
    shown: [...next, ...buffer.shown].slice(0, SHOWN_MAX),
    waiting: [],
    passed: buffer.passed + buffer.waiting.length - next.length,
  }
}
