/** The connection of a live list: kept for what is asked, made again when it breaks, with what came meanwhile. */
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { ApiError } from '../api/errors'
import { eventsQuery } from '../api/queries'
import type { LogEvent } from '../api/types'
import { useLogView } from '../logs/LogView'
import { listParams, selectionParams, type LogState } from '../logs/logState'
import { endAfter, fetchMissed, type TailEnd } from './catchUp'
import { rateOf, type Arrival } from './rate'
import { followTail } from './tail'
import type { Step } from './tailBuffer'

/** `lost` after it was there: said so, and made again; `refused` by the server: not made again. */
export type Link = 'connecting' | 'following' | 'lost' | 'refused'

/** What is asked without its range: a tail begins now, and takes in what arrives late. */
export function tailParams(asked: LogState): string {
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
export function useTailConnection(step: (step: Step) => void) {
  const { stream, asked } = useLogView()
  const queryClient = useQueryClient()
  const [attempt, setAttempt] = useState(0)
  const [arrivals, setArrivals] = useState<Arrival[]>([])
  const search = tailParams(asked)
  const probe = listParams({ ...asked, page: 1, asOf: undefined }, 1).toString()
  const question = `${stream} ${search}`
  const asking = `${question} ${attempt}`
  const [connection, setConnection] = useState<Connection>()
  // How far it came for this question, whichever connection it was.
  const came = useRef<{ question: string; end: TailEnd }>(undefined)
  useEffect(() => {
    const stop = new AbortController()
    let opened = false
    const say = (link: Link, cause?: unknown) => {
      const error = cause instanceof ApiError ? cause : undefined
      setConnection({ asking, link, error })
      if (!error) return
      // What a refusal means for the whole page is known where lists are fetched.
      void queryClient
        .query({ ...eventsQuery(stream, new URLSearchParams(probe)), staleTime: 0 })
        .catch(() => undefined)
    }
    const comeTo = (events: LogEvent[]) => {
      if (came.current) came.current.end = endAfter(came.current.end, events)
    }
    const catchUp = async (end: TailEnd) => {
      try {
        const { events, missed } = await fetchMissed(stream, search, end, stop.signal)
        comeTo(events)
        step({ kind: 'caughtUp', events })
        if (missed > 0) step({ kind: 'missed', count: missed })
      } catch {
        // It is in the log, but not here.
        if (!stop.signal.aborted) step({ kind: 'missed', count: null })
      }
    }
    const handlers = {
      onOpen: (at: number) => {
        say('following')
        opened = true
        if (came.current?.question === question) void catchUp(came.current.end)
        else came.current = { question, end: { receivedAt: at, seq: undefined } }
      },
      onEvents: (events: LogEvent[]) => {
        comeTo(events)
        step({ kind: 'events', events })
        setArrivals((before) => [...before.slice(-100), { at: Date.now(), count: events.length }])
      },
      onMissed: (count: number | null) => step({ kind: 'missed', count }),
      onBroken: (cause: unknown) => say(opened ? 'lost' : 'connecting', cause),
      onRefused: (cause: ApiError) => say('refused', cause),
    }
    void followTail(stream, new URLSearchParams(search), handlers, stop.signal)
    return () => stop.abort()
  }, [stream, search, probe, question, asking, queryClient, step])
  // What was said of an earlier question does not hold for this one.
  const current = connection?.asking === asking ? connection : undefined
  return {
    link: current?.link ?? ('connecting' as const),
    error: current?.error,
    rate: useRate(arrivals),
    retry: () => setAttempt(attempt + 1),
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
