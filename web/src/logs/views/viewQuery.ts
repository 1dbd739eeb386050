/** The part of a view's address that is worth keeping: what is asked, not where one is in the answer. */
import { parseSearch, stringifySearch } from '../../app/search'
import type { StreamFields } from '../../catalogue/catalogue'
import { labelOf } from '../../catalogue/catalogue'
import { describeCondition } from '../../catalogue/operators'
import { t } from '../../i18n'
import { readState, writeState, type LogState } from '../logState'
import { PLACES, type Place } from '../place'
import { formatSpan, presetName, resolveRange } from '../range/range'

/** The query string of what is asked, without `?`. */
export function viewQueryOf(state: LogState): string {
  const search = writeState({
    ...state,
    page: 1,
    pageSize: undefined,
    asOf: undefined,
    open: undefined,
    live: false,
  })
  return stringifySearch(search).slice(1)
}

/** The address's parameters, from a query string that was kept. */
export const searchOf = (query: string) => parseSearch(query)

/** A view in words: its range, its filters, its search. */
export function describeView(query: string, fields: StreamFields): string {
  const { from, to, q, filters } = readState(parseSearch(query))
  const conditions = filters.map((filter) => {
    const [operator, values] = describeCondition(fields.byName.get(filter.field), filter)
    return `${labelOf(fields, filter.field)} ${operator} ${values}`.trim()
  })
  const range = presetName(from, to) ?? formatSpan(resolveRange(from, to), 'utc')
  return [range, ...conditions, ...(q === '' ? [] : [t.views.search(q)])].join(' · ')
}

/** The screen a view was saved on; undefined when this page is older than its server. */
export function placeOf(screen: string): Place | undefined {
  return PLACES.find((place) => place === screen)
}
