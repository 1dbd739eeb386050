import { describe, expect, it } from 'vitest'
import type { Field, LogEvent } from '../../api/types'
import type { StreamFields } from '../../catalogue/catalogue'
import { cellFilter } from './cellFilter'

const field = (name: string, type: Field['type'], operators: Field['operators']): Field => ({
  name,
  label: name,
  type,
  filter: true,
  sort: false,
  search: false,
  column: true,
  group: 'event',
  operators,
})
const fields = [
  field('time', 'time', ['gte']),
  field('user_name', 'keyword', ['eq', 'ne']),
  field('api_key_name', 'keyword', ['eq', 'ne']),
  field('cost', 'money', ['eq', 'gte']),
  field('error', 'text', ['contains']),
]
const usage: StreamFields = {
  stream: 'usage',
  fields,
  byName: new Map(fields.map((one) => [one.name, one])),
}
const event = (more: object): LogEvent => ({ id: 'a', time: '2026-01-01T00:00:00Z', ...more })

describe('the filter of a cell', () => {
  it('is what one reads there: the key before the person behind it', () => {
    const call = event({ user_name: 'ana', api_key_name: 'ci' })
    expect(cellFilter(usage, call, 'user_name')).toEqual({
      field: 'api_key_name',
      value: 'ci',
      excludable: true,
    })
    expect(cellFilter(usage, event({ user_name: 'ana' }), 'user_name')?.field).toBe('user_name')
  })
  it('takes small amounts without an exponent', () => {
    const filter = cellFilter(usage, event({ cost: 0.0000001 }), 'cost')
    expect(filter).toEqual({ field: 'cost', value: '0.0000001', excludable: false })
  })
  it('is none where no filter finds the same', () => {
    for (const [more, column] of [
      [{}, 'time'],
      [{ error: 'x' }, 'error'],
      [{ user_name: '' }, 'user_name'],
      [{ unknown: 'x' }, 'unknown'],
    ] as const) {
      expect(cellFilter(usage, event(more), column)).toBeUndefined()
    }
  })
})
