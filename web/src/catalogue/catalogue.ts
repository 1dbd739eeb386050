/** Questions to the field catalogue, from which columns, filters and labels are derived. */
import { useSuspenseQuery } from '@tanstack/react-query'
import { catalogueQuery } from '../api/queries'
import { STREAMS, type Catalogue, type Field, type Stream } from '../api/types'
import { t } from '../i18n'

export interface StreamFields {
  stream: Stream
  fields: Field[]
  byName: Map<string, Field>
}

/** The order of sections in menus and in the side panel. */
const GROUPS = [
  'event',
  'actor',
  'user',
  'resource',
  'call',
  'model_route',
  'usage_billing',
  'request',
  'content',
]

export function isStream(name: string): name is Stream {
  return (STREAMS as readonly string[]).includes(name)
}

export function useStreamFields(stream: Stream): StreamFields {
  const { data } = useSuspenseQuery(catalogueQuery)
  return fieldsOf(data, stream)
}

const cache = new WeakMap<Catalogue, Map<string, StreamFields>>()

/** The fields of a stream; the same object every time, so that it can be a dependency. */
export function fieldsOf(catalogue: Catalogue, stream: Stream): StreamFields {
  const streams = cache.get(catalogue) ?? new Map<string, StreamFields>()
  cache.set(catalogue, streams)
  // Labels are in the language on the screen.
  const key = `${stream} ${t.locale}`
  const known = streams.get(key)
  if (known) return known
  const declared = catalogue.streams.find((candidate) => candidate.name === stream)?.fields ?? []
  const fields = declared.map((field) => ({ ...field, label: t.fields[field.name] ?? field.label }))
  const result = { stream, fields, byName: new Map(fields.map((field) => [field.name, field])) }
  streams.set(key, result)
  return result
}

/** Fields in sections, in the order of the page; unknown sections come last. */
export function grouped(fields: Field[]): [group: string, fields: Field[]][] {
  const groups = new Map<string, Field[]>()
  for (const field of fields) {
    groups.set(field.group, [...(groups.get(field.group) ?? []), field])
  }
  const rank = (group: string) => (GROUPS.includes(group) ? GROUPS.indexOf(group) : GROUPS.length)
  return [...groups].sort(([a], [b]) => rank(a) - rank(b))
}

export function labelOf(fields: StreamFields, name: string): string {
  return fields.byName.get(name)?.label ?? name
}
