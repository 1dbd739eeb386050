/** Where to look next: lists of what has something in common with an event, in every log that knows it. */
import type { Catalogue, LogEvent, Stream } from '../../api/types'
import { isStream } from '../../catalogue/catalogue'
import { relationsOf, type RelationKind } from '../../timeline/relations'
import type { RawSearch } from '../logState'

export interface RelatedLink {
  kind: RelationKind
  targets: { stream: Stream; search: RawSearch }[]
}

/** How far around the event such things belong to its story. */
const AROUND_MINUTES: Record<RelationKind, number> = {
  request: 60,
  trace: 60,
  user: 15,
  resource: 24 * 60,
  address: 60,
}

export function relatedLinks(
  event: LogEvent,
  catalogue: Catalogue,
  streams: readonly Stream[],
): RelatedLink[] {
  return relationsOf(event, catalogue, streams).map(({ kind, value, fields }) => {
    const range = around(event.time, AROUND_MINUTES[kind])
    const targets = Object.entries(fields).flatMap(([stream, field]) =>
      isStream(stream) ? [{ stream, search: { ...range, [field]: value } }] : [],
    )
    return { kind, targets }
  })
}

function around(time: string, minutes: number): { from: string; to: string } {
  const at = Date.parse(time)
  return {
    from: new Date(at - minutes * 60_000).toISOString(),
    to: new Date(at + minutes * 60_000).toISOString(),
  }
}
