/** Two events field by field: what is the same, what is not. */
import type { Field, Json, LogEvent } from '../api/types'
import { grouped } from '../catalogue/catalogue'

export interface Pair {
  field: Field
  a: Json | undefined
  b: Json | undefined
  same: boolean
}

/** The fields that at least one of the two has, in the order of the catalogue. */
export function pairsOf(fields: Field[], a: LogEvent, b: LogEvent): Pair[] {
  return fields.flatMap((field) => {
    const [left, right] = [a[field.name], b[field.name]]
    if (isAbsent(left) && isAbsent(right)) return []
    return [{ field, a: left, b: right, same: isSame(left, right) }]
  })
}

/** What every event has of its own: it tells two events apart and explains nothing. */
const OWN = ['id', 'seq', 'time', 'received_at', 'ledger_index', 'leaf_hash']

export const isOwn = ({ field }: Pair) => OWN.includes(field.name)

export interface Section {
  /** A group of the catalogue, `main` for what tables show, `own` for what explains nothing. */
  name: string
  pairs: Pair[]
}

/** What matters most first: the fields that tables show, the others by group, each event's own. */
export function sectionsOf(pairs: Pair[]): Section[] {
  const explaining = pairs.filter((pair) => !isOwn(pair))
  const main = explaining.filter(({ field }) => field.column)
  const rest = new Map(
    explaining.filter(({ field }) => !field.column).map((pair) => [pair.field, pair]),
  )
  const groups = grouped([...rest.keys()]).map(([name, fields]) => ({
    name,
    pairs: fields.flatMap((field) => rest.get(field) ?? []),
  }))
  const sections = [
    { name: 'main', pairs: main },
    ...groups,
    { name: 'own', pairs: pairs.filter(isOwn) },
  ]
  return sections.filter((section) => section.pairs.length > 0)
}

/** Fields of two logs once each; the first log's order leads. */
export function unitedFields(a: Field[], b: Field[]): Field[] {
  const known = new Set(a.map(({ name }) => name))
  return [...a, ...b.filter(({ name }) => !known.has(name))]
}

function isAbsent(value: Json | undefined): boolean {
  return value === undefined || value === null || value === ''
}

/** Objects are the same whatever the order of their members. */
export function isSame(a: Json | undefined, b: Json | undefined): boolean {
  return JSON.stringify(sorted(a ?? null)) === JSON.stringify(sorted(b ?? null))
}

/** The value with the members of its objects in order, so that texts of it can be compared. */
export function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1))
  return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]))
}
