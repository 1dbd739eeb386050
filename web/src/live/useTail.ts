/** The live list of a view: what came since it began, at a pace that can be read. */
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useReducer, useState } from 'react'
import { eventsQuery } from '../api/queries'
import { ApiError } from '../api/errors'
import type { LogEvent } from '../api/types'
import { useLogView } from '../logs/LogView'
import { listParams, selectionParams, type LogState } from '../logs/logState'
import { EMPTY, miss, receive, reveal, type TailBuffer } from './tailBuffer'
import { rateOf, type Arrival } from './rate'
import { followTail } from './tail'

/** How often the list moves, and how many rows it takes in then: more than that nobody reads. */
const MOVE_EVERY_MS = 1000
export const ROWS_A_MOVE = 10
/** After a pause one wants to see what was waited for. */
const ROWS_AFTER_PAUSE = 500

/** `lost` after it was there: said so, and made again. */
export type Link = 'connecting' | 'following' | 'lost'

export interface Tail extends TailBuffer {
  link: Link
  /** The server refuses; it is not tried again. */
  error: ApiError | undefined
  /** Events a second, of late. */
  rate: number
  paused: boolean
  setPaused: (paused: boolean) => void
  clear: () => void
}

type Step =
  | { kind: 'events'; events: LogEvent[] }
  | { kind: 'missed'; count: number | null }
  | { kind: 'reveal'; most: number }
  | { kind: 'clear' }

function reduce(buffer: TailBuffer, step: Step): TailBuffer {
  switch (step.kind) {
    case 'events':
      return receive(buffer, step.events)
    case 'missed':
      return miss(buffer, step.count)
    case 'reveal':
      return reveal(buffer, step.most)
    case 'clear':
      return EMPTY
  }
}

export function useTail(): Tail {
  const { stream, asked, state } = useLogView()
  const [buffer, step] = useReducer(reduce, EMPTY)
  const { link, error, rate } = useConnection(step)
  const [paused, setPaused] = useState(false)
  // While an event is open the list stands still around it.
  const still = paused || state.open !== undefined
  useEffect(() => {
    if (still) return
    const timer = setInterval(() => step({ kind: 'reveal', most: ROWS_A_MOVE }), MOVE_EVERY_MS)
    return () => clearInterval(timer)
  }, [still])
  const question = `${stream} ${tailParams(asked)}`
  useEffect(() => step({ kind: 'clear' }), [question])

  return {
    ...buffer,
    link,
    error,
    rate,
    paused,
    setPaused: (next) => {
      setPaused(next)
      if (!next) step({ kind: 'reveal', most: ROWS_AFTER_PAUSE })
    },
    clear: () => step({ kind: 'clear' }),
  }
}

/** What is asked without its range: a tail begins now, and takes in what arrives late. */
function tailParams(asked: LogState): string {
  const params = selectionParams(asked)
  params.delete('from')
  params.delete('to')
  return params.toString()
}

/** Keeps the connection for what is asked, and counts what comes. */
function useConnection(step: (step: Step) => void) {
  const { stream, asked } = useLogView()
  const queryClient = useQueryClient()
  const [link, setLink] = useState<Link>('connecting')
  const [error, setError] = useState<ApiError>()
  const [arrivals, setArrivals] = useState<Arrival[]>([])
  const search = tailParams(asked)
  const probe = listParams({ ...asked, page: 1, asOf: undefined }, 1).toString()
  useEffect(() => {
    const stop = new AbortController()
    let broken = false
    const handlers = {
      onOpen: () => {
        setLink('following')
        setError(undefined)
        // What came while the connection was broken is in the log, but not here.
        if (broken) step({ kind: 'missed', count: null })
        broken = false
      },
      onEvents: (events: LogEvent[]) => {
        step({ kind: 'events', events })
        setArrivals((before) => [...before.slice(-100), { at: Date.now(), count: events.length }])
      },
      onMissed: (count: number | null) => step({ kind: 'missed', count }),
      onBroken: (cause: unknown) => {
        broken = true
        setLink((before) => (before === 'connecting' ? before : 'lost'))
        if (!(cause instanceof ApiError)) return
        setError(cause)
        // What a refusal means for the whole page is known where lists are fetched.
        void queryClient
          .query({ ...eventsQuery(stream, new URLSearchParams(probe)), staleTime: 0 })
          .catch(() => undefined)
      },
    }
    void followTail(stream, new URLSearchParams(search), handlers, stop.signal)
    return () => stop.abort()
  }, [stream, search, probe, queryClient, step])
  return { link, error, rate: useRate(arrivals) }
}

/** The rate, also while nothing comes. */
function useRate(arrivals: Arrival[]): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  return rateOf(arrivals, now)
}
