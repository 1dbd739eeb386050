/** The page of events on screen. The one before stays until the next has come. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { eventsQuery, totalQuery } from '../api/queries'
import type { EventPage } from '../api/types'
import { useLogView } from './LogView'
import { isNarrowed, listParams, rangeParams } from './logState'

export interface EventPages {
  page: EventPage | undefined
  /** Events in the range whatever the filters; undefined while unknown or without filters. */
  totalInRange: number | undefined
  error: Error | null
  fetching: boolean
  /** What is on screen answers an earlier question. */
  stale: boolean
  pageCount: number
  goTo: (page: number) => void
  /** Goes one page on or back, and opens the event nearest to where the reader was. */
  turn: (step: 1 | -1) => Promise<void>
  refresh: () => void
}

export function useEventPages(): EventPages {
  const { stream, state, pageSize, show } = useLogView()
  const queryClient = useQueryClient()
  const narrowed = isNarrowed(state)
  const events = useQuery({
    ...eventsQuery(stream, listParams(state, pageSize)),
    placeholderData: (previous: EventPage | undefined) => previous,
  })
  const all = useQuery({ ...totalQuery(stream, rangeParams(state)), enabled: narrowed })

  const page = events.data
  const asOf = state.asOf ?? page?.as_of
  const turn = async (step: 1 | -1) => {
    const target = { ...state, page: state.page + step, asOf }
    const next = await queryClient.query(eventsQuery(stream, listParams(target, pageSize)))
    const open = next.items.at(step === 1 ? 0 : -1)?.id
    show({ page: target.page, pageSize, asOf, open }, { replace: true })
  }
  return {
    page,
    totalInRange: narrowed ? all.data : undefined,
    error: events.error,
    fetching: events.isFetching,
    stale: events.isPlaceholderData,
    pageCount: Math.max(1, Math.ceil((page?.total ?? 0) / pageSize)),
    goTo: (number) => show({ page: number, pageSize, asOf }),
    turn,
    refresh: () => {
      if (state.asOf !== undefined) show({ asOf: undefined, page: 1 })
      void queryClient.invalidateQueries({ queryKey: ['logs', stream] })
    },
  }
}
