/** Where a list of events is shown: one of the four logs, or the requests, which are calls of the usage log. */
import type { LinkProps } from '@tanstack/react-router'
import { STREAMS, type Stream } from '../api/types'
import { DEFAULT_FROM, type Filter, type RawSearch } from './logState'

export const PLACES = ['requests', ...STREAMS] as const
export type Place = (typeof PLACES)[number]

/** The address of a view, as links and navigation take it. */
export function addressOf(place: Place, search: RawSearch) {
  // An address that asks nothing opens with what a place opens with.
  const whole = opening(place, search) ? { from: DEFAULT_FROM } : search
  return place === 'requests'
    ? ({ to: '/requests', search: whole } satisfies LinkProps)
    : ({ to: '/logs/$stream', params: { stream: place }, search: whole } satisfies LinkProps)
}

/**
 * What a place asks when nobody asked anything yet; filters like any other, in sight and removable.
 * The audit log has who looked at it, too, and who looks makes more events than who changes things.
 */
const OPENING: Partial<Record<Place, RawSearch>> = { audit: { 'action.ne': 'log.read' } }

/** What an address that asks nothing leads on to; undefined when it may stay as it is. */
export function opening(place: Place, search: RawSearch): RawSearch | undefined {
  return Object.values(search).every((value) => value === undefined) ? OPENING[place] : undefined
}

/** From one place to another the time range comes along: it is where every question starts. */
export function enter(place: Place, { from, to }: RawSearch): RawSearch {
  return { from, to, ...OPENING[place] }
}

/** Whether a filter is nobody's choice, but what the place opens with. */
export function isOpening(place: Place, { field, operator, values }: Filter): boolean {
  const usual = OPENING[place]?.[`${field}.${operator}`]
  return usual !== undefined && values.join() === usual
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
