/** What is fetched, under which key, and for how long it stays fresh. */
import { queryOptions } from '@tanstack/react-query'
import { api } from './client'
import type { EventRef } from './eventRef'
import type { Stream } from './types'

const MINUTE_MS = 60_000

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: api.session,
  staleTime: 5 * MINUTE_MS,
})

export const setupQuery = queryOptions({
  queryKey: ['gate', 'setup'],
  queryFn: api.setup,
  retry: false,
})

export const catalogueQuery = queryOptions({
  queryKey: ['catalogue'],
  queryFn: api.catalogue,
  staleTime: Infinity,
})

export const statusQuery = queryOptions({
  queryKey: ['status'],
  queryFn: api.status,
  staleTime: MINUTE_MS,
})

/** Keys begin with `logs` and the stream: a refresh invalidates exactly those. */
export const eventsQuery = (stream: Stream, search: URLSearchParams) =>
  queryOptions({
    queryKey: ['logs', stream, 'events', search.toString()],
    queryFn: ({ signal }) => api.events(stream, search, signal),
    staleTime: MINUTE_MS,
  })

/** The number of events in the range, whatever else is filtered. */
export const totalQuery = (stream: Stream, range: URLSearchParams) =>
  queryOptions({
    queryKey: ['logs', stream, 'total', range.toString()],
    queryFn: async ({ signal }) => {
      const search = new URLSearchParams(range)
      search.set('page_size', '1')
      return (await api.events(stream, search, signal)).total
    },
    staleTime: MINUTE_MS,
  })

export const histogramQuery = (stream: Stream, search: URLSearchParams) =>
  queryOptions({
    queryKey: ['logs', stream, 'histogram', search.toString()],
    queryFn: ({ signal }) => api.histogram(stream, search, signal),
    staleTime: MINUTE_MS,
  })

export const valuesQuery = (stream: Stream, field: string, search: URLSearchParams) =>
  queryOptions({
    queryKey: ['logs', stream, 'values', field, search.toString()],
    queryFn: ({ signal }) => api.values(stream, field, search, signal),
    staleTime: MINUTE_MS,
  })

/** Events do not change, but a usage event can still gain its content. */
export const eventQuery = (stream: Stream, ref: EventRef) =>
  queryOptions({
    queryKey: ['event', stream, ref.id, ref.origin],
    queryFn: ({ signal }) => api.event(stream, ref, signal),
    staleTime: 5 * MINUTE_MS,
  })
