/** Where to look next: the same request, the same person, the same resource, in every log that has it. */
import { STREAMS, type Catalogue, type LogEvent, type Stream } from '../../api/types'
import { fieldsOf } from '../../catalogue/catalogue'
import type { RawSearch } from '../logState'

export type RelatedKind = 'request' | 'trace' | 'user' | 'resource'

export interface RelatedLink {
  kind: RelatedKind
  targets: { stream: Stream; search: RawSearch }[]
}

interface Relation {
  kind: RelatedKind
  /** Fields that carry the same thing in different logs, the telling ones first. */
  fields: string[]
  around_minutes: number
}

const RELATIONS: Relation[] = [
  { kind: 'request', fields: ['request_id'], around_minutes: 60 },
  { kind: 'trace', fields: ['trace_id'], around_minutes: 60 },
  { kind: 'user', fields: ['user_id', 'actor_id'], around_minutes: 15 },
  { kind: 'user', fields: ['user_name', 'actor_name'], around_minutes: 15 },
  { kind: 'resource', fields: ['resource_id'], around_minutes: 24 * 60 },
  { kind: 'resource', fields: ['platform_model', 'resource_name'], around_minutes: 24 * 60 },
]

export function relatedLinks(event: LogEvent, stream: Stream, catalogue: Catalogue): RelatedLink[] {
  const links: RelatedLink[] = []
  for (const relation of RELATIONS) {
    if (links.some((link) => link.kind === relation.kind)) continue
    const value = valueOf(event, relation)
    if (value === undefined) continue
    const range = around(event.time, relation.around_minutes)
    const targets = STREAMS.flatMap((target) => {
      const field = relation.fields.find(
        (name) => fieldsOf(catalogue, target).byName.get(name)?.filter,
      )
      return field === undefined ? [] : [{ stream: target, search: { ...range, [field]: value } }]
    })
    // A request that no other log knows about leads back to this very event.
    if (targets.some((target) => target.stream !== stream) || relation.kind !== 'request') {
      links.push({ kind: relation.kind, targets })
    }
  }
  return links
}

function valueOf(event: LogEvent, relation: Relation): string | undefined {
  const values = relation.fields.map((name) => event[name])
  return values.find((value): value is string => typeof value === 'string' && value !== '')
}

function around(time: string, minutes: number): { from: string; to: string } {
  const at = Date.parse(time)
  return {
    from: new Date(at - minutes * 60_000).toISOString(),
    to: new Date(at + minutes * 60_000).toISOString(),
  }
}
