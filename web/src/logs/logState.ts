/**
 * The state of a log page and its address. The address is the state: everything here is read from
 * the query string and written back to it, and the same names go to the API.
 */
import type { EventRef } from '../api/eventRef'
import type { Operator } from '../api/types'

/** The query string as the router hands it over: every value a string, repeated names a list. */
export type RawSearch = Record<string, string | string[] | undefined>

export interface Filter {
  field: string
  operator: Operator
  values: string[]
}

export interface LogState {
  /** RFC 3339, epoch seconds, or relative to now like `-24h`. */
  from: string
  /** Absent: until now. */
  to: string | undefined
  q: string
  sort: string
  page: number
  pageSize: number | undefined
  /** Fixes what a list has seen, so that its pages do not shift while events arrive. */
  asOf: string | undefined
  /** The event in the side panel. */
  open: EventRef | undefined
  /** The columns of the table, when the address says so; else they are the reader's own. */
  columns: string[] | undefined
  /** Whether events are shown as they come, instead of page by page. */
  live: boolean
  filters: Filter[]
}

export const DEFAULT_FROM = '-24h'
export const DEFAULT_SORT = '-time'
export const PAGE_SIZES = [10, 25, 50, 100]

// `open`, not `event`: that is a field of two streams.
const RESERVED = new Set([
  'from',
  'to',
  'q',
  'sort',
  'page',
  'page_size',
  'as_of',
  'open',
  'open_origin',
  'columns',
  'live',
])

export function readState(search: RawSearch): LogState {
  return {
    from: one(search['from']) ?? DEFAULT_FROM,
    to: one(search['to']),
    q: one(search['q']) ?? '',
    sort: one(search['sort']) ?? DEFAULT_SORT,
    page: positive(one(search['page'])) ?? 1,
    pageSize: positive(one(search['page_size'])),
    asOf: one(search['as_of']),
    open: readRef(search, 'open'),
    live: one(search['live']) === 'true',
    columns: one(search['columns'])?.split(',').filter(Boolean),
    filters: Object.entries(search)
      .filter(([name, value]) => !RESERVED.has(name) && value !== undefined)
      .map(([name, value]) => readFilter(name, value ?? [])),
  }
}

/** The shortest query string that reads back as `state`. */
export function writeState(state: LogState): RawSearch {
  const search: RawSearch = {
    from: state.from === DEFAULT_FROM && state.to === undefined ? undefined : state.from,
    to: state.to,
    q: state.q === '' ? undefined : state.q,
  }
  for (const filter of state.filters) {
    const name = filterName(filter)
    search[name] = [...list(search[name]), ...filter.values]
  }
  return {
    ...search,
    sort: state.sort === DEFAULT_SORT ? undefined : state.sort,
    page: state.page === 1 ? undefined : String(state.page),
    page_size: state.pageSize === undefined ? undefined : String(state.pageSize),
    as_of: state.asOf,
    ...writeRef('open', state.open),
    columns: state.columns?.join(','),
    live: state.live ? 'true' : undefined,
  }
}

/** An event by its id under `name`, with its origin beside it where the id alone does not say whose it is. */
export function readRef(search: RawSearch, name: string): EventRef | undefined {
  const id = one(search[name])
  return id === undefined ? undefined : { id, origin: one(search[`${name}_origin`]) }
}

export function writeRef(name: string, ref: EventRef | undefined): RawSearch {
  return { [name]: ref?.id, [`${name}_origin`]: ref?.origin }
}

/** Range, search and filters: what every question about these events has in common. */
export function selectionParams(state: LogState, withoutField?: string): URLSearchParams {
  const params = rangeParams(state)
  if (state.q !== '') params.set('q', state.q)
  for (const filter of state.filters) {
    if (filter.field === withoutField) continue
    for (const value of filter.values) params.append(filterName(filter), value)
  }
  return params
}

export function rangeParams(state: Pick<LogState, 'from' | 'to'>): URLSearchParams {
  const params = new URLSearchParams({ from: state.from })
  if (state.to !== undefined) params.set('to', state.to)
  return params
}

export function listParams(state: LogState, pageSize: number): URLSearchParams {
  const params = selectionParams(state)
  params.set('sort', state.sort)
  params.set('page', String(state.page))
  params.set('page_size', String(pageSize))
  if (state.asOf !== undefined) params.set('as_of', state.asOf)
  return params
}

export function filterName({ field, operator }: Pick<Filter, 'field' | 'operator'>): string {
  return operator === 'eq' ? field : `${field}.${operator}`
}

/** Replaces one filter; one without values is removed. */
export function replaceFilter(filters: Filter[], old: Filter, replacement: Filter): Filter[] {
  return filters
    .map((filter) => (filter === old ? replacement : filter))
    .filter((filter) => filter.values.length > 0)
}

/** The page that holds the first row of another page, when pages have another size. */
export function pageOf(page: number, pageSize: number, nextSize: number): number {
  return Math.floor(((page - 1) * pageSize) / nextSize) + 1
}

export function isNarrowed(state: LogState): boolean {
  return state.q !== '' || state.filters.length > 0
}

function readFilter(name: string, value: string | string[]): Filter {
  const dot = name.lastIndexOf('.')
  const [field, operator] = dot < 0 ? [name, 'eq'] : [name.slice(0, dot), name.slice(dot + 1)]
  return { field, operator: operator as Operator, values: list(value) }
}

function list(value: string | string[] | undefined): string[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value]
}

/** The last one wins when a name that stands once is repeated. */
function one(value: string | string[] | undefined): string | undefined {
  return list(value).at(-1)
}

function positive(text: string | undefined): number | undefined {
  const number = Number(text)
  return Number.isSafeInteger(number) && number > 0 ? number : undefined
}
