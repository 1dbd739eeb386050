/** The page of events on screen. The one before stays until the next has come. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { ConnectionError } from '../api/errors'
import { refOf, type EventRef } from '../api/eventRef'
import { eventsQuery, totalQuery } from '../api/queries'
import type { EventPage } from '../api/types'
import { useLogView } from './LogView'
import { isNarrowed, listParams, selectionParams } from './logState'
import { filtersOf } from './place'
import { AUTO_MS } from './useAuto'

export interface EventPages {
  page: EventPage | undefined
  /** Events in the range whatever the filters; undefined while unknown or without filters. */
  totalInRange: number | undefined
  /** When the page was fetched, in milliseconds. */
  fetchedAt: number
  /** Events that came since the list stands still for the open one. */
  newer: number
  /** Takes in what came since, above what is there; what is open stays open. */
  showNewer: () => void
  error: Error | null
  fetching: boolean
  /** What is on screen answers an earlier question. */
  stale: boolean
  pageCount: number
  goTo: (page: number) => void
  /** Goes one page on or back; the event there that is nearest to where the reader was. */
  turn: (step: 1 | -1) => Promise<EventRef | undefined>
  refresh: () => void
}

export function useEventPages(): EventPages {
  const { place, stream, state, asked, pageSize, auto, ask, show } = useLogView()
  const queryClient = useQueryClient()
  const refetchInterval = useRefetchMs()
  const narrowed = isNarrowed(state)
  const events = useQuery({
    ...eventsQuery(stream, listParams(asked, pageSize)),
    placeholderData: (previous: EventPage | undefined) => previous,
    refetchInterval,
  })
  const range = selectionParams({ ...asked, q: '', filters: filtersOf(place) })
  const all = useQuery({ ...totalQuery(stream, range), enabled: narrowed, refetchInterval })
  const newer = useNewer(events.dataUpdatedAt)
  const refresh = () => void queryClient.invalidateQueries({ queryKey: ['logs', stream] })
  useCatchUp(refetchInterval !== false, refresh)

  const { page, isKept } = useKeptPage(events)
  const asOf = auto ? undefined : (state.asOf ?? page?.as_of)
  const turn = async (step: 1 | -1) => {
    const target = { ...asked, page: state.page + step, asOf }
    // A page that cannot be loaded is gone to all the same: there it is told why.
    const next = await queryClient
      .query(eventsQuery(stream, listParams(target, pageSize)))
      .catch(() => undefined)
    const event = next?.items.at(step === 1 ? 0 : -1)
    const nearest = event && refOf(event)
    // An event that is open is followed by the next one.
    const open = state.open === undefined ? undefined : (nearest ?? state.open)
    show({ page: target.page, pageSize, asOf, open }, { replace: true })
    return nearest
  }
  return {
    page,
    totalInRange: narrowed ? all.data : undefined,
    fetchedAt: events.dataUpdatedAt,
    newer,
    showNewer: () => {
      ask({}, { replace: true })
      refresh()
    },
    error: events.error,
    fetching: events.isFetching,
    stale: events.isPlaceholderData || isKept,
    pageCount: Math.max(1, Math.ceil((page?.total ?? 0) / pageSize)),
    goTo: (number) => show({ page: number, pageSize, asOf }),
    turn,
    refresh: () => {
      if (state.asOf !== undefined) show({ asOf: undefined }, { replace: true })
      refresh()
    },
  }
}

/**
 * The page that there is; the last one while the server is out of reach. Any other failure is about what
 * was asked, and told in place of the list.
 */
function useKeptPage({ data, error }: { data: EventPage | undefined; error: Error | null }) {
  const [last, setLast] = useState(data)
  if (data !== undefined && data !== last) setLast(data)
  const isKept = data === undefined && last !== undefined && error instanceof ConnectionError
  return { page: isKept ? last : data, isKept }
}

/** How often lists are fetched anew. While an event is open its list stands still around it. */
export function useRefetchMs(): number | false {
  const { auto, state } = useLogView()
  return auto && state.open === undefined ? AUTO_MS : false
}

/** Counts what came since the list was fetched, while it stands still for the open event. */
function useNewer(fetchedAt: number): number {
  const { stream, asked, auto, state } = useLogView()
  const since = { ...asked, from: new Date(fetchedAt).toISOString(), to: undefined }
  const enabled = auto && state.open !== undefined && fetchedAt > 0
  const { data } = useQuery({
    ...totalQuery(stream, selectionParams(since)),
    enabled,
    refetchInterval: AUTO_MS,
    placeholderData: (previous: number | undefined) => previous,
  })
  return enabled ? (data ?? 0) : 0
}

/** When a list that stood still may move again, it does so at once. */
function useCatchUp(moving: boolean, refresh: () => void): void {
  const before = useRef(moving)
  const latest = useRef(refresh)
  useEffect(() => {
    latest.current = refresh
  })
  useEffect(() => {
    if (moving && !before.current) latest.current()
    before.current = moving
  }, [moving])
}
