/** The parameters of the list as an export takes them, each with all its texts. */
import type { Span } from '../range/range'

/** Of the list's events: with its range, in another one, of any time; or the whole log. */
export type Choice = 'shown' | 'between' | 'ever' | 'all'

/** Without a range of its own, `between` is no choice that can be made. */
export function filtersOf(
  params: URLSearchParams,
  choice: Choice,
  span?: Span,
): Record<string, string[]> {
  const filters: Record<string, string[]> = {}
  if (choice === 'all') return filters
  for (const name of new Set(params.keys())) {
    const isRange = name === 'from' || name === 'to'
    if (choice === 'shown' || !isRange) filters[name] = params.getAll(name)
  }
  if (choice !== 'between' || !span) return filters
  return { ...filters, from: [span.from.toISOString()], to: [span.to.toISOString()] }
}
