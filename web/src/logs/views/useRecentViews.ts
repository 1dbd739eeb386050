/** What the reader looked at lately, kept in this browser for this account alone. */
import { useLocalStorage } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { sessionQuery } from '../../api/queries'
import { useLogView } from '../LogView'
import { isNarrowed } from '../logState'
import { isOpening, type Place } from '../place'
import { remember, type RecentView } from './recent'
import { viewQueryOf } from './viewQuery'

/** A view counts once somebody stayed with it, not while filters are still being put together. */
const STAYED_MS = 3000

export function useRecentViews() {
  const { data: session } = useQuery(sessionQuery)
  return useLocalStorage<RecentView[]>({
    key: `daybook-recent-${session?.id ?? ''}`,
    defaultValue: [],
    getInitialValueInEffect: false,
  })
}

export function useRememberView(): void {
  const { place, state } = useLogView()
  const [recent, setRecent] = useRecentViews()
  const chosen = state.filters.filter((filter) => !isOpening(place, filter))
  const query = isNarrowed({ ...state, filters: chosen }) ? viewQueryOf(state) : undefined
  const latest = useRef((seen: { place: Place; query: string }) =>
    setRecent(remember(recent, seen)),
  )
  useEffect(() => {
    latest.current = (seen) => setRecent(remember(recent, seen))
  })
  useEffect(() => {
    if (query === undefined) return
    const timer = setTimeout(() => latest.current({ place, query }), STAYED_MS)
    return () => clearTimeout(timer)
  }, [place, query])
}
