/** The parameters of the list as an export takes them, each with all its texts. */
export function filtersOf(params: URLSearchParams, events: string): Record<string, string[]> {
  const filters: Record<string, string[]> = {}
  if (events === 'all') return filters
  for (const name of new Set(params.keys())) {
    const isRange = name === 'from' || name === 'to'
    if (events === 'shown' || !isRange) filters[name] = params.getAll(name)
  }
  return filters
}
