/** The state of the timeline and its address: whose surroundings, by what, how far, in which logs. */
import { indexOfRef, isSameRef, type EventRef } from '../api/eventRef'
import { STREAMS, type Stream } from '../api/types'
import { isStream } from '../catalogue/catalogue'
import { readRef, writeRef, type RawSearch } from '../logs/logState'
import { RELATION_KINDS, type RelationKind } from './relations'

/** An event of any log. */
export interface EventKey extends EventRef {
  stream: Stream
}

export interface TimelineState {
  /** The event in the middle. */
  of: EventKey | undefined
  /** What the others share with it; undefined: the first that leads to others. */
  by: RelationKind | undefined
  around: Around
  /** Logs that are left out. */
  without: Stream[]
  open: EventKey | undefined
}

export const AROUNDS = ['5m', '15m', '1h', '24h'] as const
export type Around = (typeof AROUNDS)[number]

const AROUND_MS: Record<Around, number> = {
  '5m': 5 * 60_000,
  '15m': 15 * 60_000,
  '1h': 3_600_000,
  '24h': 86_400_000,
}

const DEFAULT_AROUND: Around = '15m'

export function readTimeline(search: RawSearch): TimelineState {
  const without = text(search['without'])?.split(',') ?? []
  return {
    of: readKey(search, 'of'),
    by: RELATION_KINDS.find((kind) => kind === search['by']),
    around: AROUNDS.find((around) => around === search['around']) ?? DEFAULT_AROUND,
    without: STREAMS.filter((stream) => without.includes(stream)),
    open: readKey(search, 'open'),
  }
}

export function writeTimeline(state: TimelineState): RawSearch {
  return {
    ...writeKey('of', state.of),
    by: state.by,
    around: state.around === DEFAULT_AROUND ? undefined : state.around,
    without: state.without.length === 0 ? undefined : state.without.join(','),
    ...writeKey('open', state.open),
  }
}

/** `usage/01990d5e`: ids may hold slashes, names of logs do not. */
export function readKey(search: RawSearch, name: string): EventKey | undefined {
  const ref = readRef(search, name)
  const slash = ref?.id.indexOf('/') ?? -1
  if (ref === undefined || slash < 0) return undefined
  const stream = ref.id.slice(0, slash)
  const id = ref.id.slice(slash + 1)
  return isStream(stream) && id !== '' ? { stream, id, origin: ref.origin } : undefined
}

export function writeKey(name: string, key: EventKey | undefined): RawSearch {
  return writeRef(name, key && { id: `${key.stream}/${key.id}`, origin: key.origin })
}

export function isSame(a: EventKey | undefined, b: EventKey | undefined): boolean {
  return a !== undefined && a.stream === b?.stream && isSameRef(a, b)
}

/** The one of these that is meant; one without an origin may be any platform's. */
export function findKey<Key extends EventKey>(
  keys: Key[],
  key: EventKey | undefined,
): Key | undefined {
  const ofLog = keys.filter(({ stream }) => stream === key?.stream)
  return ofLog[indexOfRef(ofLog, key)]
}

export interface Window {
  from: string
  at: string
  to: string
}

/** The time around an event; its own time as the API wrote it, to the microsecond. */
export function windowOf(time: string, around: Around): Window {
  const at = Date.parse(time)
  return {
    from: new Date(at - AROUND_MS[around]).toISOString(),
    at: time,
    to: new Date(at + AROUND_MS[around] + 1).toISOString(),
  }
}

function text(value: RawSearch[string]): string | undefined {
  return Array.isArray(value) ? value.at(-1) : value
}
