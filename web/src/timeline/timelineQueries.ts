/** What is fetched for the timeline: the nearest events before and after the one in the middle. */
import { queryOptions } from '@tanstack/react-query'
import { api } from '../api/client'
import type { Stream } from '../api/types'
import type { Relation } from './relations'
import type { Window } from './timelineState'

/** On either side; further ones are counted, and found in the logs. */
export const NEAREST = 100

export type Side = 'before' | 'after'

/** The question for one side: filters of each log carry its name in front. */
export function sideParams(
  relation: Relation,
  streams: Stream[],
  window: Window,
  side: Side,
): URLSearchParams {
  const params = new URLSearchParams({
    streams: streams.join(','),
    from: side === 'before' ? window.from : window.at,
    to: side === 'before' ? window.at : window.to,
    sort: side === 'before' ? '-time' : 'time',
    page_size: String(NEAREST),
  })
  for (const stream of streams) {
    const field = relation.fields[stream]
    if (field !== undefined) params.set(`${stream}:${field}`, relation.value)
  }
  return params
}

export const sideQuery = (params: URLSearchParams | undefined) =>
  queryOptions({
    queryKey: ['timeline', params?.toString() ?? ''],
    queryFn: ({ signal }) => api.timeline(params ?? new URLSearchParams(), signal),
    enabled: params !== undefined,
  })
