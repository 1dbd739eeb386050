/** The events of the timeline in order of time, and how many there are beyond them. */
import { useQueries, useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { refOf } from '../api/eventRef'
import { catalogueQuery, eventQuery } from '../api/queries'
import type { EventPage, LogEvent, Stream } from '../api/types'
import { isStream } from '../catalogue/catalogue'
import { useRights } from '../session/rights'
import { relationsOf, type Relation } from './relations'
import { NEAREST, sideParams, sideQuery, stepParams, type Side } from './timelineQueries'
import { isSame, windowOf, type EventKey, type TimelineState, type Window } from './timelineState'
import { useBeginning } from './useBeginning'

export interface TimelineEvent extends EventKey {
  event: LogEvent
}

/** What one side has that is not fetched yet. */
export interface Beyond {
  count: number
  fetching: boolean
  /** Fetches the next ones; what is there stays. */
  more: () => void
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
  earlier: Beyond
  later: Beyond
  error: Error | null
  /** Asks again for what could not be fetched. */
  retry: () => void
}

export function useTimeline(state: TimelineState): Timeline {
  const { data: catalogue } = useSuspenseQuery(catalogueQuery)
  const { streams: readable } = useRights()
  const { of, by, around, without } = state
  const middle = useQuery({
    ...eventQuery(of?.stream ?? 'usage', of ?? { id: '' }),
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
      ? joined(before.events, after.events, keyed(of.stream, middle.data))
      : undefined
  const shown = events && events.length - 1 + before.beyond.count + after.beyond.count

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
  beyond: Beyond
  error: Error | null
  retry: () => void
}

/** One side, asked for in every way and step by step; each answer has the nearest of its own. */
function useSide(side: Side, ways: URLSearchParams[]): SideEvents {
  const asking = ways.map(String).join(' ')
  const [reached, setReached] = useState({ asking, steps: 1 })
  const steps = reached.asking === asking ? reached.steps : 1
  const asked = Array.from({ length: steps }, (_, at) => ways.map((way) => stepParams(way, at + 1)))
  const answers = useQueries({ queries: asked.flat().map(sideQuery) })
  const first = answers.slice(0, ways.length)
  const retry = () => {
    for (const answer of answers) if (answer.isError) void answer.refetch()
  }
  const { events, beyond } = sideOf(
    side,
    asked.map((ofStep, at) => ofStep.map((_, way) => answers[at * ways.length + way]?.data)),
  )
  return {
    events,
    beyond: {
      count: beyond,
      fetching: answers.some(({ isFetching }) => isFetching),
      more: () => {
        if (answers.some(({ isError }) => isError)) retry()
        else setReached({ asking, steps: steps + 1 })
      },
    },
    // A further step that fails leaves what is there, and can be asked for again.
    error: first.find((answer) => answer.error)?.error ?? null,
    retry,
  }
}

type Answer = Pick<EventPage, 'items' | 'total'> | undefined

/** What the answers of the steps say together, as far as whole steps are there. */
export function sideOf(
  side: Side,
  steps: Answer[][],
): { events: LogEvent[] | undefined; beyond: number } {
  const missing = steps.findIndex((answers) => answers.includes(undefined))
  const there = missing < 0 ? steps : steps.slice(0, missing)
  if (there.length === 0) return { events: undefined, beyond: 0 }
  const sign = side === 'after' ? 1 : -1
  const events = there.flat().flatMap((answer) => answer?.items ?? [])
  const total = steps[0]?.reduce((sum, answer) => sum + (answer?.total ?? 0), 0) ?? 0
  const most = NEAREST * there.length
  return {
    // Further away, one way may have nearer ones that are not fetched.
    events: events.sort((a, b) => sign * order(a, b)).slice(0, most),
    beyond: Math.max(0, total - most),
  }
}

/** In order of time; the one in the middle is there once, also when its log is left out. */
export function joined(
  before: LogEvent[],
  after: LogEvent[],
  middle: TimelineEvent,
): TimelineEvent[] {
  const others = [...before.toReversed(), ...after].flatMap((event) => {
    const stream = event['stream']
    return typeof stream === 'string' && isStream(stream) ? [keyed(stream, event)] : []
  })
  const isThere = others.some((event) => isSame(event, middle))
  return isThere ? others : [...others, middle].sort((a, b) => order(a.event, b.event))
}

function keyed(stream: Stream, event: LogEvent): TimelineEvent {
  return { stream, ...refOf(event), event }
}

function order(a: LogEvent, b: LogEvent): number {
  return Date.parse(a.time) - Date.parse(b.time)
}
