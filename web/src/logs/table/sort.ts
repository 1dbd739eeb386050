/** The order of a list: `cost` or, descending, `-cost`. */
import type { Field } from '../../api/types'
import { isNumeric, isOrdered } from '../../catalogue/operators'
import { t } from '../../i18n'
import { DEFAULT_SORT, type LogState } from '../logState'

export function sortOf(sort: string, name: string): 'ascending' | 'descending' | undefined {
  if (sort === name) return 'ascending'
  return sort === `-${name}` ? 'descending' : undefined
}

/** The two orders of a field: the largest and newest first, names from A; then the other way. */
export function sortsOf(field: Field): [first: string, second: string] {
  const descendingFirst = isNumeric(field) || field.type === 'time'
  const down = `-${field.name}`
  return descendingFirst ? [down, field.name] : [field.name, down]
}

/** The one order, then the other way; then back to newest first. */
export function nextSort(sort: string, field: Field): string {
  const [first, second] = sortsOf(field)
  if (sort === first) return second
  return sort === second ? (field.type === 'time' ? first : DEFAULT_SORT) : first
}

/** `newest first`, `lowest first`, `A to Z`. */
export function nameOfSort(sort: string, field: Field): string {
  const { up, down } =
    field.type === 'time'
      ? t.sort.times
      : isNumeric(field) || isOrdered(field)
        ? t.sort.amounts
        : t.sort.names
  return sort === field.name ? up : down
}

/** The order on the screen: a live list has that of time, and leaving it brings back what was chosen. */
export function shownSort({ live, sort }: Pick<LogState, 'live' | 'sort'>): string {
  return live ? DEFAULT_SORT : sort
}

/** Whether neighbours in the list are neighbours in time. */
export function isByTime(sort: string): boolean {
  return sortOf(sort, 'time') !== undefined
}
