/** The order of a list: `cost` or, descending, `-cost`. */
import type { Field } from '../../api/types'
import { isNumeric } from '../../catalogue/operators'
import { DEFAULT_SORT } from '../logState'

export function sortOf(sort: string, name: string): 'ascending' | 'descending' | undefined {
  if (sort === name) return 'ascending'
  return sort === `-${name}` ? 'descending' : undefined
}

/** Largest and newest first, names from A; then the other way; then back to newest first. */
export function nextSort(sort: string, field: Field): string {
  const descendingFirst = isNumeric(field) || field.type === 'time'
  const down = `-${field.name}`
  const [first, second] = descendingFirst ? [down, field.name] : [field.name, down]
  if (sort === first) return second
  return sort === second ? (field.type === 'time' ? first : DEFAULT_SORT) : first
}
