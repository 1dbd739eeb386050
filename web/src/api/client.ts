/** The one way to the server: typed paths, the CSRF header, errors as exceptions. */
import createClient from 'openapi-fetch'
import { watchedFetch } from './connection'
import { ApiError } from './errors'
import { originQuery, type EventRef } from './eventRef'
import type { paths } from './schema'
import type {
  Catalogue,
  Credentials,
  EventPage,
  FieldValues,
  Histogram,
  LogEvent,
  Session,
  Setup,
  Status,
  Stream,
} from './types'

export const client = createClient<paths>({
  baseUrl: location.origin,
  fetch: watchedFetch,
  headers: { 'x-daybook-csrf': '1' },
})

/** Filters are named after catalogue fields, so a query string stands where OpenAPI has a list. */
const query = (search: URLSearchParams) => ({ querySerializer: () => search.toString() })

export const api = {
  session: async (): Promise<Session | null> => unwrap(await client.GET('/api/v1/session')),
  signIn: async (body: Credentials): Promise<Session> =>
    unwrap(await client.POST('/api/v1/session', { body })),
  signOut: async (): Promise<void> => check(await client.DELETE('/api/v1/session')),
  setup: async (): Promise<Setup> => unwrap(await client.GET('/api/v1/setup')),
  setUp: async (body: { token: string; email: string; password: string }): Promise<Session> =>
    unwrap(await client.POST('/api/v1/setup', { body })),

  catalogue: async (): Promise<Catalogue> => unwrap(await client.GET('/api/v1/catalogue')),
  status: async (): Promise<Status> => unwrap(await client.GET('/api/v1/status')),

  events: async (
    stream: Stream,
    search: URLSearchParams,
    signal: AbortSignal,
  ): Promise<EventPage> =>
    unwrap(
      await client.GET('/api/v1/logs/{stream}', {
        params: { path: { stream } },
        ...query(search),
        signal,
      }),
    ) as EventPage,
  timeline: async (search: URLSearchParams, signal: AbortSignal): Promise<EventPage> =>
    unwrap(await client.GET('/api/v1/logs', { ...query(search), signal })) as EventPage,
  event: async (stream: Stream, ref: EventRef, signal: AbortSignal): Promise<LogEvent> =>
    unwrap(
      await client.GET('/api/v1/logs/{stream}/events/{id}', {
        params: { path: { stream, id: ref.id }, query: originQuery(ref) },
        signal,
      }),
    ) as LogEvent,
  values: async (
    stream: Stream,
    field: string,
    search: URLSearchParams,
    signal: AbortSignal,
  ): Promise<FieldValues> =>
    unwrap(
      await client.GET('/api/v1/logs/{stream}/values/{field}', {
        params: { path: { stream, field } },
        ...query(search),
        signal,
      }),
    ),
  histogram: async (
    stream: Stream,
    search: URLSearchParams,
    signal: AbortSignal,
  ): Promise<Histogram> =>
    unwrap(
      await client.GET('/api/v1/logs/{stream}/histogram', {
        params: { path: { stream } },
        ...query(search),
        signal,
      }),
    ),
}

interface Result<Data> {
  data?: Data
  error?: unknown
  response: Response
}

export function unwrap<Data>(result: Result<Data>): Data {
  check(result)
  return result.data as Data
}

export function check(result: Result<unknown>): void {
  const { ok, status, headers } = result.response
  if (!ok) throw new ApiError(status, result.error, headers.get('retry-after'))
}
