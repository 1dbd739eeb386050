/** Where a list of events is shown: one of the four logs, or the requests, which are calls of the usage log. */
import type { LinkProps } from '@tanstack/react-router'
import type { Stream } from '../api/types'
import type { Filter, RawSearch } from './logState'

export type Place = Stream | 'requests'

/** The address of a view, as links and navigation take it. */
export function addressOf(place: Place, search: RawSearch) {
  return place === 'requests'
    ? ({ to: '/requests', search } satisfies LinkProps)
    : ({ to: '/logs/$stream', params: { stream: place }, search } satisfies LinkProps)
}

export function streamOf(place: Place): Stream {
  return place === 'requests' ? 'usage' : place
}

const CALLS: Filter[] = [{ field: 'kind', operator: 'eq', values: ['call'] }]
const NONE: Filter[] = []

/** What a place shows, whatever its reader asks. */
export function filtersOf(place: Place): Filter[] {
  return place === 'requests' ? CALLS : NONE
}
