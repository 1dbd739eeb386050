/** A short list of views, the latest first. */
import type { Place } from '../place'

export interface RecentView {
  place: Place
  query: string
}

const RECENT_MAX = 8

/** The list with a view at its head, once. */
export function remember(recent: RecentView[], seen: RecentView): RecentView[] {
  const others = recent.filter(({ place, query }) => place !== seen.place || query !== seen.query)
  return [seen, ...others].slice(0, RECENT_MAX)
}
