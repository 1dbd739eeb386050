import { describe, expect, it } from 'vitest'
import { parseSearch, stringifySearch } from '../app/search'
import {
  listParams,
  pageOf,
  readState,
  replaceFilter,
  selectionParams,
  writeState,
} from './logState'

const roundTrip = (text: string) => stringifySearch(writeState(readState(parseSearch(text))))

describe('the address', () => {
  it.each([
    '',
    '?from=-7d&q=timeout&platform_model=gpt-4o&platform_model=claude&sort=-cost&page=3&page_size=25&as_of=a1&open=01990d5e',
    '?from=2026-11-19T12:00:00Z&to=2026-11-19T18:00:00Z&cost.gte=0.01&status_code.ne=200',
    '?from=-7d&provider=azure&columns=user_name,cost',
    '?outcome=error&live=true',
    '?open=01990d5e&open_origin=gateway-eu',
    '?user_name=ana@acme.dev&endpoint=/v1/chat/completions',
  ])('is read and written back unchanged: %s', (text) => {
    expect(roundTrip(text)).toBe(text)
  })

  it('keeps the text of a filter exactly, whatever it looks like', () => {
    const state = readState(parseSearch('?user_name=1&error.contains=a%26b%3D%22c%22&q=true'))
    expect(state.filters[0]?.values).toEqual(['1'])
    expect(state.filters[1]).toEqual({
      field: 'error',
      operator: 'contains',
      values: ['a&b="c"'],
    })
    expect(state.q).toBe('true')
  })

  it('survives nonsense', () => {
    const state = readState(parseSearch('?page=-4&page_size=many&from='))
    expect(state.page).toBe(1)
    expect(state.pageSize).toBeUndefined()
  })

  it('says whose the open event is, and leaves the filter on the origin alone', () => {
    const state = readState(parseSearch('?origin=us&open=a/b&open_origin=eu%2F1'))
    expect(state.open).toEqual({ id: 'a/b', origin: 'eu/1' })
    expect(state.filters).toEqual([{ field: 'origin', operator: 'eq', values: ['us'] }])
    expect(writeState({ ...state, open: { id: 'c' } })).toMatchObject({
      origin: ['us'],
      open: 'c',
      open_origin: undefined,
    })
    expect(readState({ open_origin: 'eu' }).open).toBeUndefined()
  })

  it('reads `event` as the field it is, not as the open event', () => {
    const state = readState(parseSearch('?event=sign_in'))
    expect(state.open).toBeUndefined()
    expect(state.filters).toEqual([{ field: 'event', operator: 'eq', values: ['sign_in'] }])
  })
})

describe('questions to the API', () => {
  const state = readState(parseSearch('?q=x&provider=azure&platform_model=a&page=2&as_of=9'))

  it('carry range, search, filters, order and page', () => {
    expect(listParams(state, 50).toString()).toBe(
      'from=-24h&q=x&provider=azure&platform_model=a&sort=-time&page=2&page_size=50&as_of=9',
    )
  })
  it('leave a field out of its own value menu', () => {
    expect(selectionParams(state, 'platform_model').toString()).toBe('from=-24h&q=x&provider=azure')
  })
})

describe('filters', () => {
  it('vanish with their last value', () => {
    const filter = { field: 'provider', operator: 'eq' as const, values: ['azure'] }
    const fewer = { ...filter, values: [] }
    expect(replaceFilter([filter], filter, fewer)).toEqual([])
  })
})

describe('pages of another size', () => {
  it.each([
    [3, 50, 10, 11],
    [11, 10, 50, 3],
    [15, 10, 50, 3],
    [1, 100, 10, 1],
    [2, 25, 100, 1],
  ])('page %i of %i rows is found among pages of %i rows on page %i', (page, size, next, there) => {
    expect(pageOf(page, size, next)).toBe(there)
  })
})
