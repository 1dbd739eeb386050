/** The two toggles of the page are filters like any other; here is which. */
import type { Filter } from '../logs/logState'
import { replaceFilter } from '../logs/logState'

export const TOGGLES = {
  outcome: ['success', 'error'],
  source: ['playground', 'virtual_key'],
} as const

export type Toggle = keyof typeof TOGGLES

/** What a toggle stands on; undefined when the filters on its field say more than it can. */
export function toggleValue(filters: Filter[], toggle: Toggle): string | undefined {
  const own = filters.filter(({ field }) => field === toggle)
  const [first] = own
  if (first === undefined) return 'all'
  return own.length === 1 && isToggled(first) ? first.values[0] : undefined
}

/** The filters with a toggle set: what stood on its field before is gone. */
export function toggled(filters: Filter[], toggle: Toggle, value: string): Filter[] {
  const next = { field: toggle, operator: 'eq' as const, values: value === 'all' ? [] : [value] }
  const shown = filters.find((filter) => filter.field === toggle)
  const rest = filters.filter((filter) => filter === shown || filter.field !== toggle)
  if (shown) return replaceFilter(rest, shown, next)
  return value === 'all' ? rest : [...rest, next]
}

/** Whether a toggle shows this filter completely. */
export function isToggled({ field, operator, values }: Filter): boolean {
  const words: readonly string[] = field in TOGGLES ? TOGGLES[field as Toggle] : []
  return operator === 'eq' && values.length === 1 && words.includes(values[0] ?? '')
}
