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

/** `lost` after it was there: said so, and made again; `refused` by the server: not made again. */
export type Link = 'connecting' | 'following' | 'lost' | 'refused'

export interface Tail extends TailBuffer {
  link: Link
  /** What the server said instead of events. */
  error: ApiError | undefined
  retry: () => void
  /** Events a second, of late. */
  rate: number
  /** Whether it stands still around an open event. */
  still: boolean
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
  const { link, error, rate, retry } = useConnection(step)
  const [paused, setPaused] = useState(false)
  // Around an open event of its own the list stands still.
  const still = buffer.shown.some(({ id }) => id === state.open)
  useEffect(() => {
    if (paused || still) return
    const timer = setInterval(() => step({ kind: 'reveal', most: ROWS_A_MOVE }), MOVE_EVERY_MS)
    return () => clearInterval(timer)
  }, [paused, still])
  const question = `${stream} ${tailParams(asked)}`
  useEffect(() => step({ kind: 'clear' }), [question])

  return {
    ...buffer,
    link,
    error,
    retry,
    rate,
    still,
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

interface Connection {
  /** What it was made for. */
  asking: string
  link: Link
  error: ApiError | undefined
}

/** Keeps the connection for what is asked, and counts what comes. */
function useConnection(step: (step: Step) => void) {
  const { stream, asked } = useLogView()
  const queryClient = useQueryClient()
  const [attempt, setAttempt] = useState(0)
  const [arrivals, setArrivals] = useState<Arrival[]>([])
  const search = tailParams(asked)
  const probe = listParams({ ...asked, page: 1, asOf: undefined }, 1).toString()
  const asking = `${stream} ${search} ${attempt}`
  const [connection, setConnection] = useState<Connection>()
  useEffect(() => {
    const stop = new AbortController()
    let opened = false
    let broken = false
    const say = (link: Link, cause?: unknown) => {
      const error = cause instanceof ApiError ? cause : undefined
      setConnection({ asking, link, error })
      if (!error) return
      // What a refusal means for the whole page is known where lists are fetched.
      void queryClient
        .query({ ...eventsQuery(stream, new URLSearchParams(probe)), staleTime: 0 })
        .catch(() => undefined)
    }
    const handlers = {
      onOpen: () => {
        say('following')
        // What came while the connection was broken is in the log, but not here.
        if (broken) step({ kind: 'missed', count: null })
        opened = true
        broken = false
      },
      onEvents: (events: LogEvent[]) => {
        step({ kind: 'events', events })
        setArrivals((before) => [...before.slice(-100), { at: Date.now(), count: events.length }])
      },
      onMissed: (count: number | null) => step({ kind: 'missed', count }),
      onBroken: (cause: unknown) => {
        broken = true
        say(opened ? 'lost' : 'connecting', cause)
      },
      onRefused: (cause: ApiError) => say('refused', cause),
    }
    void followTail(stream, new URLSearchParams(search), handlers, stop.signal)
    return () => stop.abort()
  }, [stream, search, probe, asking, queryClient, step])
  // What was said of an earlier question does not hold for this one.
  const current = connection?.asking === asking ? connection : undefined
  return {
    link: current?.link ?? ('connecting' as const),
    error: current?.error,
    rate: useRate(arrivals),
    retry: () => {
      // What came in between is in the log, but not here.
      step({ kind: 'missed', count: null })
      setAttempt(attempt + 1)
    },
  }
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
