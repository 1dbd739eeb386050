/** What is asked when a time is pressed: what happened shortly before and after it. */
import { windowOf, type Around } from '../../timeline/timelineState'
import type { Filter, LogState } from '../logState'

export const NEAR: Around = '15m'

export function askAround(filters: Filter[], field: string, time: string): Partial<LogState> {
  const { from, to } = windowOf(time, NEAR)
  // A live list begins now. The time of events has a control of its own, other times are fields like any other.
  if (field === 'time') return { from, to, live: false }
  const others = filters.filter((filter) => filter.field !== field)
  const near: Filter[] = [
    { field, operator: 'gte', values: [from] },
    { field, operator: 'lt', values: [to] },
  ]
  return { filters: [...others, ...near], live: false }
}
