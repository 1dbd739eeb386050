/** What an event has in common with others: the same request, person, resource or address, in every log that knows it. */
import { STREAMS, type Catalogue, type LogEvent, type Stream } from '../api/types'
import { fieldsOf } from '../catalogue/catalogue'

export const RELATION_KINDS = ['request', 'trace', 'user', 'resource', 'address'] as const
export type RelationKind = (typeof RELATION_KINDS)[number]

export interface Relation {
  kind: RelationKind
  /** What they share. */
  value: string
  /** The field that says so, in each log that has one. */
  fields: Partial<Record<Stream, string>>
}

interface Rule {
  kind: RelationKind
  /** Names of the same thing in different logs; the first that an event carries is looked for. */
  names: string[]
}

/** For each kind the telling names first: an id before a name that two may have. */
const RULES: Rule[] = [
  { kind: 'request', names: ['request_id'] },
  { kind: 'trace', names: ['trace_id'] },
  { kind: 'user', names: ['user_id', 'actor_id'] },
  { kind: 'user', names: ['user_name', 'actor_name'] },
  // Models are resources of the audit log and names in the usage log: there is no id in common.
  { kind: 'resource', names: ['platform_model', 'resource_name'] },
  { kind: 'resource', names: ['resource_id'] },
  { kind: 'address', names: ['ip'] },
]

export function relationsOf(
  event: LogEvent,
  catalogue: Catalogue,
  streams: readonly Stream[],
): Relation[] {
  const relations: Relation[] = []
  for (const rule of RULES) {
    if (relations.some(({ kind }) => kind === rule.kind)) continue
    const value = valueOf(event, rule.names)
    if (value === undefined) continue
    relations.push({ kind: rule.kind, value, fields: fieldsWith(rule.names, catalogue, streams) })
  }
  return relations
}

function fieldsWith(
  names: string[],
  catalogue: Catalogue,
  streams: readonly Stream[],
): Relation['fields'] {
  const fields: Relation['fields'] = {}
  for (const stream of STREAMS.filter((one) => streams.includes(one))) {
    const known = fieldsOf(catalogue, stream).byName
    const name = names.find((candidate) => known.get(candidate)?.filter)
    if (name !== undefined) fields[stream] = name
  }
  return fields
}

function valueOf(event: LogEvent, names: string[]): string | undefined {
  const values = names.map((name) => event[name])
  return values.find((value): value is string => typeof value === 'string' && value !== '')
}
