import { describe, expect, it } from 'vitest'
import type { Field } from '../../api/types'
import { nextSort, sortOf } from './sort'

const field = (name: string, type: Field['type']): Field => ({
  name,
  label: name,
  type,
  filter: true,
  sort: true,
  search: false,
  column: true,
  group: 'event',
  operators: [],
})

describe('sorting by a header', () => {
  it('shows the most expensive first, then the cheapest, then the newest', () => {
    const cost = field('cost', 'money')
    const seen = [nextSort('-time', cost), nextSort('-cost', cost), nextSort('cost', cost)]
    expect(seen).toEqual(['-cost', 'cost', '-time'])
  })
  it('sorts names from A, and never leaves time without an order', () => {
    expect(nextSort('-time', field('user_name', 'keyword'))).toBe('user_name')
    expect(nextSort('-time', field('time', 'time'))).toBe('time')
    expect(nextSort('time', field('time', 'time'))).toBe('-time')
  })
  it('tells assistive technology which way', () => {
    expect(sortOf('-cost', 'cost')).toBe('descending')
    expect(sortOf('cost', 'cost')).toBe('ascending')
    expect(sortOf('-cost', 'time')).toBeUndefined()
  })
})
