/** The events of the timeline in order of time, and how many there are beyond them. */
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { catalogueQuery, eventQuery } from '../api/queries'
import type { LogEvent, Stream } from '../api/types'
import { isStream } from '../catalogue/catalogue'
import { useRights } from '../session/rights'
import { relationsOf, type Relation } from './relations'
import { NEAREST, sideParams, sideQuery } from './timelineQueries'
import { windowOf, type EventKey, type TimelineState, type Window } from './timelineState'

export interface TimelineEvent extends EventKey {
  event: LogEvent
}

export interface Timeline {
  /** The event in the middle; undefined while it is fetched. */
  middle: LogEvent | undefined
  relations: Relation[]
  /** The relation that is followed. */
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
  const relation = relations.find(({ kind }) => kind === by) ?? relations[0]
  const streams = Object.keys(relation?.fields ?? {}).filter(isStream)
  const chosen = streams.filter((stream) => !without.includes(stream))
  const window = middle.data && windowOf(middle.data.time, around)
  const ask = (side: 'before' | 'after') =>
    relation && window && chosen.length > 0 ? sideParams(relation, chosen, window, side) : undefined
  const before = useQuery(sideQuery(ask('before')))
  const after = useQuery(sideQuery(ask('after')))
  const beyond = (total: number | undefined) => Math.max(0, (total ?? 0) - NEAREST)

  return {
    middle: middle.data,
    relations,
    relation,
    streams,
    window,
    events:
      before.data && after.data && middle.data && of
        ? joined(before.data.items, after.data.items, { ...of, event: middle.data })
        : undefined,
    earlier: beyond(before.data?.total),
    later: beyond(after.data?.total),
    error: middle.error ?? before.error ?? after.error,
  }
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
