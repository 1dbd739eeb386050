import { describe, expect, it } from 'vitest'
import type { Field } from '../api/types'
import { describeCondition, describeFilterValue, wildcardOf } from './operators'

const field = (type: Field['type'], unit?: string): Field => ({
  name: 'x',
  label: 'X',
  type,
  ...(unit === undefined ? {} : { unit }),
  filter: true,
  sort: false,
  search: false,
  column: false,
  group: 'event',
  operators: ['eq', 'gte'],
})
const spaced = (text: string) => text.replace(/[\u202f\u00a0]/g, ' ')

describe('the value of a filter', () => {
  it('reads as in the cells', () => {
    const read = (type: Field['type'], value: string, unit?: string) =>
      spaced(describeFilterValue(field(type, unit), value))
    expect(read('money', '0.0014', 'usd')).toBe('$0.001400')
    expect(read('integer', '3063', 'ms')).toBe('3 063 ms')
    expect(read('integer', '1204', 'tokens')).toBe('1 204 tokens')
    expect(read('integer', '1429')).toBe('1429')
    expect(read('enum', 'virtual_key')).toBe('virtual key')
    expect(read('boolean', 'true')).toBe('yes')
    expect(read('keyword', '0.0014')).toBe('0.0014')
  })
  it('that is no number, or more than one holds, stays as it is', () => {
    for (const value of ['plenty', '', '.', '1e5', '12345678901234567']) {
      expect(describeFilterValue(field('money', 'usd'), value)).toBe(value)
    }
  })
  it('stands so in the words of its condition', () => {
    const filter = { field: 'x', operator: 'gte' as const, values: ['0.01'] }
    expect(describeCondition(field('money', 'usd'), filter)).toEqual(['≥', '$0.010000'])
  })
})

describe('the wildcard of an action', () => {
  it('is offered for a resource and, behind its dot, for a verb', () => {
    const action = { ...field('keyword'), name: 'action' }
    expect(wildcardOf(action, 'model')).toBe('model.*')
    expect(wildcardOf(action, 'model.dis')).toBe('model.*')
    expect(wildcardOf(action, '.disabled')).toBe('*.disabled')
    for (const typed of ['', '.', '*.disabled', 'model.*']) {
      expect(wildcardOf(action, typed)).toBe(undefined)
    }
    expect(wildcardOf(field('keyword'), '.disabled')).toBe(undefined)
  })
})
