/** What was stored while a tail was broken, from the log: bounded; what is more stays there, and is counted. */
import { api } from '../api/client'
import type { LogEvent, Stream } from '../api/types'

export const CATCH_UP_MAX = 200
/** What arrives later than that after its own time is left to the log. */
const LATE_MAX = '-24h'

/** How far a tail came. */
export interface TailEnd {
  /** When the server received the last event, or the tail began; in milliseconds. */
  receivedAt: number
  /** The last event's place in the log: unknown before the first one, and to whoever sees only own events. */
  seq: number | undefined
}

/** How far it is with these events, too. */
export function endAfter(end: TailEnd, events: LogEvent[]): TailEnd {
  let { receivedAt, seq } = end
  for (const { seq: place, received_at: received } of events) {
    if (typeof place === 'number') seq = Math.max(seq ?? place, place)
    if (typeof received === 'string') receivedAt = Math.max(receivedAt, Date.parse(received))
  }
  return { receivedAt, seq }
}

/** The question for what came after it; `search` is the one of the tail. */
export function catchUpParams(search: string, { receivedAt, seq }: TailEnd): URLSearchParams {
  const params = new URLSearchParams(search)
  params.set('from', LATE_MAX)
  params.set('sort', '-time')
  params.set('page_size', String(CATCH_UP_MAX))
  if (seq !== undefined) params.set('seq.gt', String(seq))
  else params.set('received_at.gte', new Date(receivedAt).toISOString())
  return params
}

export interface CaughtUp {
  /** The latest first. */
  events: LogEvent[]
  /** So many more there are. */
  missed: number
}

export async function fetchMissed(
  stream: Stream,
  search: string,
  end: TailEnd,
  signal: AbortSignal,
): Promise<CaughtUp> {
  const { items, total } = await api.events(stream, catchUpParams(search, end), signal)
  return { events: items, missed: Math.max(0, total - items.length) }
}
