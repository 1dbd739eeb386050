/** Two events field by field: what is the same, what is not. */
import type { Field, Json, LogEvent } from '../api/types'

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
