/** The shapes of the API the interface relies on. */

export const STREAMS = ['audit', 'usage', 'auth', 'system'] as const
export type Stream = (typeof STREAMS)[number]

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/** An event as lists return it; payloads come with the single event only. */
export type LogEvent = Record<string, Json | undefined> & { id: string; time: string }

export type FieldType =
  'id' | 'keyword' | 'text' | 'enum' | 'integer' | 'money' | 'boolean' | 'time' | 'json' | 'payload'

export type Operator = 'eq' | 'ne' | 'contains' | 'prefix' | 'gt' | 'gte' | 'lt' | 'lte' | 'exists'

/** One field as the catalogue declares it: the only source of columns, filters, types and labels. */
export interface Field {
  name: string
  label: string
  type: FieldType
  unit?: string | null
  values?: string[] | null
  filter: boolean
  sort: boolean
  search: boolean
  column: boolean
  group: string
  operators: string[]
}

export interface StreamCatalogue {
  name: string
  label: string
  fields: Field[]
}

export interface Catalogue {
  streams: StreamCatalogue[]
}

export interface EventPage {
  items: LogEvent[]
  total: number
  page: number
  page_size: number
  as_of: string
}

export interface FieldValues {
  values: { value: string; count: number }[]
  total: number
}

export interface HistogramBucket {
  time: string
  count: number
  by: Record<string, number>
}

export interface Histogram {
  from: string
  to: string
  interval_ms: number
  by: string
  buckets: HistogramBucket[]
}

export interface Session {
  email: string
  role: string
}

export interface Status {
  version: string
  demo: boolean
  events: Record<Stream, number>
}

export interface ErrorBody {
  error: { code: string; message: string; field?: string | null; request_id?: string }
}
