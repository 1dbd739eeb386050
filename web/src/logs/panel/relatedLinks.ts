/** Where to look next: lists of what has something in common with an event, in every log that knows it. */
import type { Catalogue, LogEvent, Stream } from '../../api/types'
import { isStream } from '../../catalogue/catalogue'
import { relationsOf, type RelationKind } from '../../timeline/relations'
import { windowOf, type Around } from '../../timeline/timelineState'
import { rangeParams, type LogState, type RawSearch } from '../logState'

export interface RelatedLink {
  kind: RelationKind
  /** How far around the event the lists look. */
  around: Around
  targets: { stream: Stream; search: RawSearch }[]
}

/** How far around the event such things belong to its story. */
const AROUND: Record<RelationKind, Around> = {
  request: '1h',
  trace: '1h',
  user: '15m',
  key: '15m',
  resource: '24h',
  upstream: '15m',
  workspace: '15m',
  address: '1h',
}

export function relatedLinks(
  event: LogEvent,
  catalogue: Catalogue,
  streams: readonly Stream[],
): RelatedLink[] {
  return relationsOf(event, catalogue, streams).map(({ kind, value, fields }) => {
    const around = AROUND[kind]
    const { from, to } = windowOf(event.time, around)
    const targets = Object.entries(fields).flatMap(([stream, field]) =>
      isStream(stream) ? [{ stream, search: { from, to, [field]: value } }] : [],
    )
    return { kind, around, targets }
  })
}

/** How the usage log names what an audit event is about: resource type → fields of both. */
const USED_AS: Record<string, [used: string, name: string][]> = {
  model: [['platform_model', 'resource_name']],
  provider: [['upstream_name', 'resource_name']],
  user: [
    ['user_id', 'resource_id'],
    ['user_name', 'resource_name'],
  ],
  api_key: [
    ['api_key_id', 'resource_id'],
    ['api_key_name', 'resource_name'],
  ],
  workspace: [
    ['workspace_id', 'resource_id'],
    ['workspace_name', 'resource_name'],
  ],
}

/** The calls that used the resource of an audit event, in a range; undefined for what no call uses. */
export function usageOfResource(
  event: LogEvent,
  range: Pick<LogState, 'from' | 'to'>,
): RawSearch | undefined {
  const type = event['resource_type']
  const pairs = typeof type === 'string' ? USED_AS[type] : undefined
  for (const [used, name] of pairs ?? []) {
    const value = event[name]
    if (typeof value !== 'string' || value === '') continue
    return { ...Object.fromEntries(rangeParams(range)), [used]: value }
  }
  return undefined
}
