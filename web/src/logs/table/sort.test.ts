import { describe, expect, it } from 'vitest'
import type { Field } from '../../api/types'
import { isByTime, nameOfSort, nextSort, shownSort, sortOf } from './sort'

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
  it('is said in words', () => {
    expect(nameOfSort('-cost', field('cost', 'money'))).toBe('highest first')
    expect(nameOfSort('time', field('time', 'time'))).toBe('oldest first')
    expect(nameOfSort('user_name', field('user_name', 'keyword'))).toBe('A to Z')
    expect(nameOfSort('-level', field('level', 'enum'))).toBe('highest first')
  })
  it('of a live list is that of time, whatever was chosen before', () => {
    expect(shownSort({ live: true, sort: '-cost' })).toBe('-time')
    expect(shownSort({ live: false, sort: '-cost' })).toBe('-cost')
  })
  it('is one of time only by time', () => {
    expect(['-time', 'time', '-cost'].map(isByTime)).toEqual([true, true, false])
  })
  it('tells assistive technology which way', () => {
    expect(sortOf('-cost', 'cost')).toBe('descending')
    expect(sortOf('cost', 'cost')).toBe('ascending')
    expect(sortOf('-cost', 'time')).toBeUndefined()
  })
})
