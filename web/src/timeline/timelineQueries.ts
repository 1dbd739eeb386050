/**
 * What is fetched for the timeline: the nearest events before and after the one in the middle, and how many
 * there are besides it.
 */
import { queryOptions } from '@tanstack/react-query'
import { api } from '../api/client'
import type { Stream } from '../api/types'
import type { Way } from './relations'
import type { EventKey, Window } from './timelineState'

/** On either side at first, and with every further step. */
export const NEAREST = 100

export type Side = 'before' | 'after'

/** The question for one side. */
export function sideParams(
  way: Way,
  streams: Stream[],
  window: Window,
  side: Side,
): URLSearchParams {
  const { from, at, to } = window
  const params = wayParams(way, streams, side === 'before' ? [from, at] : [at, to])
  params.set('sort', side === 'before' ? '-time' : 'time')
  params.set('page_size', String(NEAREST))
  return params
}

/** The same question for what lies so many steps further away; the first step is 1. */
export function stepParams(side: URLSearchParams, step: number): URLSearchParams {
  const params = new URLSearchParams(side)
  if (step > 1) params.set('page', String(step))
  return params
}

/** The question how many there are besides the one in the middle. */
export function othersParams(
  way: Way,
  streams: Stream[],
  window: Window,
  middle: EventKey,
): URLSearchParams {
  const params = wayParams(way, streams, [window.from, window.to])
  if (streams.includes(middle.stream)) params.append(`${middle.stream}:id.ne`, middle.id)
  params.set('page_size', '1')
  return params
}

/** Filters of each log carry its name in front. */
function wayParams(
  way: Way,
  streams: Stream[],
  [from, to]: [from: string, to: string],
): URLSearchParams {
  const params = new URLSearchParams({ streams: streams.join(','), from, to })
  for (const stream of streams) {
    for (const [name, value] of way[stream] ?? []) params.append(`${stream}:${name}`, value)
  }
  return params
}

export const sideQuery = (params: URLSearchParams) =>
  queryOptions({
    queryKey: ['timeline', 'side', params.toString()],
    queryFn: ({ signal }) => api.timeline(params, signal),
  })

/** How many others there are by each relation, one after the other until there are any. */
export const othersQuery = (relations: URLSearchParams[][]) =>
  queryOptions({
    queryKey: ['timeline', 'others', relations.map((ways) => ways.map(String))],
    queryFn: async ({ signal }) => {
      const others: number[] = []
      for (const ways of relations) {
        const pages = await Promise.all(ways.map((params) => api.timeline(params, signal)))
        const count = pages.reduce((sum, { total }) => sum + total, 0)
        others.push(count)
        if (count > 0) break
      }
      return others
    },
  })
