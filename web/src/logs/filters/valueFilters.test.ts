import { describe, expect, it } from 'vitest'
import type { Operator } from '../../api/types'
import type { Filter } from '../logState'
import { fromValue, onlyValue, withoutValue } from './valueFilters'

const filter = (operator: Operator, ...values: string[]): Filter => ({
  field: 'provider',
  operator,
  values,
})
const other: Filter = { field: 'user_name', operator: 'eq', values: ['ana'] }

describe('only this value', () => {
  it('takes the place of every value that was asked for or left out before', () => {
    for (const before of [
      [],
      [filter('eq', 'openai')],
      [filter('eq', 'a', 'b'), filter('ne', 'c')],
    ]) {
      expect(onlyValue([...before, other], 'provider', 'azure')).toEqual([
        other,
        filter('eq', 'azure'),
      ])
    }
  })
  it('leaves bounds alone', () => {
    const bound = filter('gte', 'warning')
    expect(onlyValue([bound], 'provider', 'error')).toEqual([bound, filter('eq', 'error')])
  })
  it('of a text replaces what it had to contain', () => {
    expect(onlyValue([filter('contains', 'x')], 'provider', 'y', 'contains')).toEqual([
      filter('contains', 'y'),
    ])
  })
})

describe('all but this value', () => {
  it('is left out with those that are already', () => {
    const one = withoutValue([other], 'provider', 'azure')
    expect(one).toEqual([other, filter('ne', 'azure')])
    expect(withoutValue(one, 'provider', 'openai')).toEqual([
      other,
      filter('ne', 'azure', 'openai'),
    ])
    expect(withoutValue(one, 'provider', 'azure')).toBe(one)
  })
  it('is taken from those that are asked for', () => {
    expect(withoutValue([filter('eq', 'azure', 'openai')], 'provider', 'azure')).toEqual([
      filter('eq', 'openai'),
    ])
  })
  it('is never asked for and left out at once', () => {
    expect(withoutValue([filter('eq', 'azure')], 'provider', 'azure')).toEqual([
      filter('ne', 'azure'),
    ])
  })
  it('stays out when a wildcard would take it in', () => {
    expect(withoutValue([filter('eq', 'model.*', 'model.read')], 'provider', 'model.read')).toEqual(
      [filter('eq', 'model.*'), filter('ne', 'model.read')],
    )
  })
})

describe('a word of an order and all above it', () => {
  it('takes the place of everything asked of the field, and is taken back by asking again', () => {
    const asked = fromValue(
      [filter('eq', 'info'), filter('lte', 'error'), other],
      'provider',
      'error',
    )
    expect(asked).toEqual([other, filter('gte', 'error')])
    expect(fromValue(asked, 'provider', 'warning')).toEqual([other, filter('gte', 'warning')])
    expect(fromValue(asked, 'provider', 'error')).toEqual([other])
  })
})
