import { describe, expect, it } from 'vitest'
import type { Field, LogEvent } from '../../api/types'
import { widenedFor } from './figureWidth'

const field = (name: string, type: Field['type'], unit: string): Field => ({
  name,
  label: name,
  type,
  unit,
  filter: true,
  sort: true,
  search: false,
  column: true,
  group: 'usage_billing',
  operators: [],
})
const event = (fields: object): LogEvent => ({ id: 'a', time: '2026-01-01T00:00:00Z', ...fields })
const widthOf = (of: Field, width: number, ...values: object[]) =>
  widenedFor(values.map(event), { field: of, width, grows: false, alignRight: true }).width

describe('a column of figures', () => {
  const tokens = field('total_tokens', 'integer', 'tokens')
  const cost = field('cost', 'money', 'usd')
  it('is as wide as ever for what is usual', () => {
    expect(widthOf(tokens, 84)).toBe(84)
    expect(widthOf(tokens, 84, { total_tokens: 128_000 }, {})).toBe(84)
    expect(widthOf(cost, 104, { cost: 12.345678 })).toBe(104)
    expect(widthOf(field('latency_ms', 'integer', 'ms'), 96, { latency_ms: 12_400 })).toBe(96)
  })
  it('is wider where a figure needs it, also for the amount of what is no call', () => {
    expect(widthOf(tokens, 84, { total_tokens: 9_007_199_254_740_992 }, {})).toBeGreaterThan(160)
    expect(widthOf(cost, 104, { amount: 5000 })).toBeGreaterThan(104)
  })
  it('is left alone when it holds none', () => {
    const column = { field: tokens, width: 84, grows: true, alignRight: false }
    expect(widenedFor([event({ total_tokens: 1e15 })], column)).toBe(column)
  })
})
