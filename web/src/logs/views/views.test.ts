import { describe, expect, it } from 'vitest'
import { parseSearch } from '../../app/search'
import type { StreamFields } from '../../catalogue/catalogue'
import { readState } from '../logState'
import { remember } from './recent'
import { describeView, placeOf, viewQueryOf } from './viewQuery'

const NO_FIELDS: StreamFields = { stream: 'usage', fields: [], byName: new Map() }

describe('a view', () => {
  const asked = 'from=-7d&q=x&outcome=error&sort=-cost&columns=user_name,cost'
  it('is what is asked, not where one is in the answer', () => {
    const state = readState(parseSearch(`${asked}&page=3&page_size=10&as_of=9&open=e1`))
    expect(viewQueryOf(state)).toBe(asked)
  })
  it('reads in words', () => {
    expect(describeView(asked, NO_FIELDS)).toBe('Last 7 days · outcome is error · “x”')
  })
  it('of a screen that is not known yet is left out', () => {
    expect(placeOf('requests')).toBe('requests')
    expect(placeOf('analytics')).toBeUndefined()
  })
})

describe('recent views', () => {
  it('come once, the latest first, and not too many', () => {
    const views = Array.from({ length: 12 }, (_, at) => ({
      place: 'usage' as const,
      query: `q=${at}`,
    }))
    const recent = views.reduce(remember, [])
    expect(recent).toHaveLength(8)
    const again = remember(recent, { place: 'usage', query: 'q=8' })
    expect(again).toHaveLength(8)
    expect(again[0]?.query).toBe('q=8')
    expect(remember(recent, { place: 'audit', query: 'q=8' })[1]?.query).toBe('q=11')
  })
})
