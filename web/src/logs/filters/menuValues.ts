/** Which values the menu of a field lists for a typed text. */
import type { Field, FieldValues } from '../../api/types'
import { describeFilterValue, fitsWildcards } from '../../catalogue/operators'

export interface MenuValue {
  value: string
  /** Unknown for values that are not among the most frequent. */
  count: number | undefined
}

/** Fields with a few words of the catalogue: all are known here, and no other is accepted. */
export function isClosed({ type }: Field): boolean {
  return type === 'enum' || type === 'boolean'
}

/** Chosen values stay listed even when they are not among the most frequent. */
export function listedValues(
  field: Field,
  data: FieldValues | undefined,
  chosen: string[],
  typed: string,
): MenuValue[] {
  const found: MenuValue[] = data?.values ?? []
  const known = new Set(found.map(({ value }) => value))
  const unknown = (values: string[], count: number | undefined) =>
    values.filter((value) => !known.has(value)).map((value) => ({ value, count }))
  if (!isClosed(field)) return typed === '' ? [...unknown(chosen, undefined), ...found] : found
  const all = [...found, ...unknown(wordsOf(field), data && 0)]
  return all.filter(({ value }) => isMeant(field, value, typed))
}

/** Whether a filter accepts what was typed as a value of its own. */
export function canBeValue(field: Field, typed: string): boolean {
  if (typed === '' || isClosed(field) || !fitsWildcards(field, typed)) return false
  return field.type !== 'integer' || /^-?\d+$/.test(typed)
}

function wordsOf(field: Field): string[] {
  return field.type === 'boolean' ? ['true', 'false'] : (field.values ?? [])
}

/** People type what they read, or what programs call it. */
function isMeant(field: Field, value: string, typed: string): boolean {
  const wanted = typed.toLowerCase()
  return [value, describeFilterValue(field, value)].some((text) =>
    text.toLowerCase().includes(wanted),
  )
}
