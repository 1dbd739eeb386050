/** The events of the timeline in order of time, and how many there are beyond them. */
import { useQueries, useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { catalogueQuery, eventQuery } from '../api/queries'
import type { LogEvent, Stream } from '../api/types'
import { isStream } from '../catalogue/catalogue'
import { useRights } from '../session/rights'
import { relationsOf, type Relation } from './relations'
import { NEAREST, sideParams, sideQuery, type Side } from './timelineQueries'
import { windowOf, type EventKey, type TimelineState, type Window } from './timelineState'
import { useBeginning } from './useBeginning'

export interface TimelineEvent extends EventKey {
  event: LogEvent
}

export interface Timeline {
  /** The event in the middle; undefined while it is fetched. */
  middle: LogEvent | undefined
  relations: Relation[]
  /** How many other events they lead to, in their order, as far as that is known. */
  others: (number | undefined)[]
  /** The relation that is followed; undefined until it is clear which one leads anywhere. */
  relation: Relation | undefined
  /** Logs that can know such events. */
  streams: Stream[]
  window: Window | undefined
  /** Undefined while they are fetched. */
  events: TimelineEvent[] | undefined
  /** Further away than what is shown. */
  earlier: number
  later: number
  error: Error | null
  /** Asks again for what could not be fetched. */
  retry: () => void
}

export function useTimeline(state: TimelineState): Timeline {
  const { data: catalogue } = useSuspenseQuery(catalogueQuery)
  const { streams: readable } = useRights()
  const { of, by, around, without } = state
  const middle = useQuery({
    ...eventQuery(of?.stream ?? 'usage', of?.id ?? ''),
    enabled: of !== undefined,
  })
  const relations = middle.data ? relationsOf(middle.data, catalogue, readable) : []
  const window = middle.data && windowOf(middle.data.time, around)
  const beginning = useBeginning(relations, window, state)
  const relation = relations.find(({ kind }) => kind === by) ?? beginning.relation
  const isClear = relation !== undefined || relations.length === 0
  const streams = Object.keys(relation?.fields ?? {}).filter(isStream)
  const chosen = streams.filter((stream) => !without.includes(stream))
  const ask = (side: Side) => {
    const ways = window === undefined ? [] : (relation?.ways ?? [])
    return ways.flatMap((way) => {
      const asked = chosen.filter((stream) => way[stream] !== undefined)
      return window && asked.length > 0 ? [sideParams(way, asked, window, side)] : []
    })
  }
  const before = useSide('before', ask('before'))
  const after = useSide('after', ask('after'))
  const events =
    isClear && before.events && after.events && middle.data && of
      ? joined(before.events, after.events, { ...of, event: middle.data })
      : undefined
  const shown = events && events.length - 1 + before.beyond + after.beyond

  return {
    middle: middle.data,
    relations,
    others: relations.map((one, at) => (one === relation ? shown : beginning.others[at])),
    relation,
    streams,
    window,
    events,
    earlier: before.beyond,
    later: after.beyond,
    error: middle.error ?? before.error ?? after.error,
    retry: () => {
      if (middle.isError) void middle.refetch()
      before.retry()
      after.retry()
    },
  }
}

interface SideEvents {
  /** The nearest first; undefined while they are fetched. */
  events: LogEvent[] | undefined
  /** So many more are further away. */
  beyond: number
  error: Error | null
  retry: () => void
}

/** One side, asked for in every way; each answer has the nearest of its own. */
function useSide(side: Side, ways: URLSearchParams[]): SideEvents {
  const answers = useQueries({ queries: ways.map(sideQuery) })
  const pages = answers.flatMap(({ data }) => (data ? [data] : []))
  const error = answers.find((answer) => answer.error)?.error ?? null
  const retry = () => {
    for (const answer of answers) if (answer.isError) void answer.refetch()
  }
  if (pages.length < answers.length) return { events: undefined, beyond: 0, error, retry }
  const sign = side === 'after' ? 1 : -1
  const events = pages.flatMap(({ items }) => items).sort((a, b) => sign * order(a, b))
  const total = pages.reduce((sum, page) => sum + page.total, 0)
  return { events: events.slice(0, NEAREST), beyond: Math.max(0, total - NEAREST), error, retry }
}

/** In order of time; the one in the middle is there once, also when its log is left out. */
export function joined(
  before: LogEvent[],
  after: LogEvent[],
  middle: TimelineEvent,
): TimelineEvent[] {
  const keyed = [...before.toReversed(), ...after].flatMap((event) => {
    const stream = event['stream']
    return typeof stream === 'string' && isStream(stream) ? [{ stream, id: event.id, event }] : []
  })
  const isThere = keyed.some(({ stream, id }) => stream === middle.stream && id === middle.id)
  return isThere ? keyed : [...keyed, middle].sort((a, b) => order(a.event, b.event))
}

function order(a: LogEvent, b: LogEvent): number {
  return Date.parse(a.time) - Date.parse(b.time)
}
