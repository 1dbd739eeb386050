/** Which event of a log is meant: ids are unique for one origin only. */
import type { LogEvent } from './types'

export interface EventRef {
  id: string
  /** Undefined: Daybook's own event; where it has none of this id, the newest of any platform's. */
  origin?: string | undefined
}

/** No platform may have this name, and the API means these events first: addresses can do without it. */
const OWN_ORIGIN = 'daybook'

export function refOf({ id, origin }: LogEvent): EventRef {
  const isNamed = typeof origin === 'string' && origin !== '' && origin !== OWN_ORIGIN
  return { id, origin: isNamed ? origin : undefined }
}

export function isSameRef(a: EventRef, b: EventRef): boolean {
  return a.id === b.id && a.origin === b.origin
}

/** Where an event is among others; one without an origin may be any platform's, as the API has it. */
export function indexOfRef(refs: EventRef[], ref: EventRef | undefined): number {
  if (ref === undefined) return -1
  const index = refs.findIndex((other) => isSameRef(other, ref))
  if (index >= 0 || ref.origin !== undefined) return index
  return refs.findIndex(({ id }) => id === ref.id)
}

/** Tells an event from all others of its log. */
export function keyOf(event: LogEvent): string {
  const { id, origin = '' } = refOf(event)
  return JSON.stringify([origin, id])
}

/** The parameter of the API that says whose event is meant. */
export function originQuery({ origin }: EventRef): { origin?: string } {
  return origin === undefined ? {} : { origin }
}
