/**
 * What an event has in common with others: the same request, person, key, resource, address, in every
 * log that knows it, in whichever of its fields.
 */
import { STREAMS, type Catalogue, type LogEvent, type Stream } from '../api/types'
import { fieldsOf } from '../catalogue/catalogue'

export const RELATION_KINDS = [
  'request',
  'trace',
  'user',
  'key',
  'resource',
  'upstream',
  'workspace',
  'address',
] as const
export type RelationKind = (typeof RELATION_KINDS)[number]

/** Parameters of a question to a log. */
export type Filters = [parameter: string, value: string][]

/** One question to each log. */
export type Way = Partial<Record<Stream, Filters>>

export interface Relation {
  kind: RelationKind
  /** What they share. */
  value: string
  /** The field that says so most often, in each log that has one. */
  fields: Partial<Record<Stream, string>>
  /** All fields that may say so. No event is found in two ways, so that numbers add up. */
  ways: Way[]
}

/** The fields of one thing: what identifies it, and what it is called. */
type Names = [id: string | undefined, name?: string]

interface Rule {
  kind: RelationKind
  /** Where an event says it of itself, under the names of different logs. */
  own: Names[]
  /** Where other events may be about it. */
  about?: Names[]
  /** The name identifies it: there is no id in common. */
  named?: boolean
}

const RESOURCE: Names = ['resource_id', 'resource_name']
const ACTOR: Names = ['actor_id', 'actor_name']

const RULES: Rule[] = [
  { kind: 'request', own: [['request_id']] },
  { kind: 'trace', own: [['trace_id']] },
  { kind: 'user', own: [['user_id', 'user_name'], ACTOR], about: [RESOURCE] },
  { kind: 'key', own: [['api_key_id', 'api_key_name']], about: [ACTOR, RESOURCE] },
  // Models are resources of the audit log and names in the usage log.
  { kind: 'resource', own: [[undefined, 'platform_model'], RESOURCE], named: true },
  {
    kind: 'upstream',
    own: [
      [undefined, 'upstream_name'],
      [undefined, 'provider'],
    ],
    about: [RESOURCE],
    named: true,
  },
  { kind: 'workspace', own: [['workspace_id', 'workspace_name']], about: [RESOURCE] },
  { kind: 'address', own: [['ip']] },
]

export function relationsOf(
  event: LogEvent,
  catalogue: Catalogue,
  streams: readonly Stream[],
): Relation[] {
  const readable = STREAMS.filter((stream) => streams.includes(stream))
  return RULES.flatMap((rule) => {
    const { id, name } = sharedBy(event, rule)
    const value = rule.named ? (name ?? id) : (id ?? name)
    if (value === undefined) return []
    const fields: Relation['fields'] = {}
    const ways: Way[] = []
    for (const stream of readable) {
      const known = fieldsOf(catalogue, stream).byName
      const questions = questionsOf(rule, id, name, (field) => known.get(field)?.filter === true)
      const first = questions[0]?.[0]
      if (first) fields[stream] = first[0]
      questions.forEach((question, index) => {
        ways[index] = { ...ways[index], [stream]: question }
      })
    }
    return [{ kind: rule.kind, value, fields, ways }]
  })
}

/** What an event says of itself: the id and the name under the first names that it carries. */
function sharedBy(
  event: LogEvent,
  rule: Rule,
): { id?: string | undefined; name?: string | undefined } {
  const text = (field: string | undefined) => {
    const value = field === undefined ? undefined : event[field]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  for (const [idField, nameField] of rule.own) {
    const [id, name] = [text(idField), text(nameField)]
    if (id !== undefined || name !== undefined) return { id, name }
  }
  return {}
}

/** The questions to one log; each leaves out what those before it find. */
function questionsOf(
  rule: Rule,
  id: string | undefined,
  name: string | undefined,
  knows: (field: string) => boolean,
): Filters[] {
  const equal: Filters = []
  const nameless: Filters[] = []
  for (const pair of [...rule.own, ...(rule.about ?? [])]) {
    const [idField, nameField] = pair.map((field) => (field && knows(field) ? field : undefined))
    const byName = nameField !== undefined && name !== undefined
    const byId = idField !== undefined && id !== undefined
    if (byName && (rule.named || id === undefined)) equal.push([nameField, name])
    if (byId) equal.push([idField, id])
    // A name may belong to two: it tells only where there is no id.
    if (byName && byId && !rule.named && rule.own.includes(pair)) {
      nameless.push([
        [nameField, name],
        [`${idField}.exists`, 'false'],
      ])
    }
  }
  const others = (before: Filters): Filters =>
    before.map(([field, value]) => [`${field}.ne`, value])
  return [
    ...equal.map((filter, index) => [filter, ...others(equal.slice(0, index))]),
    ...nameless.map((question) => [...question, ...others(equal)]),
  ]
}
