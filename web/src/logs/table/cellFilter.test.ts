import { describe, expect, it } from 'vitest'
import type { Field, LogEvent } from '../../api/types'
import type { StreamFields } from '../../catalogue/catalogue'
import { cellFilter, cellId, partFilter, pressed, valueFilter } from './cellFilter'

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

describe('the id of a cell', () => {
  it('is that of what one reads there', () => {
    const call = { user_name: 'ana', user_id: 'u_1', api_key_name: 'ci', api_key_id: 'k_1' }
    expect(cellId(event(call), 'user_name')).toBe('k_1')
    expect(cellId(event({ user_name: 'ana', user_id: 'u_1' }), 'user_name')).toBe('u_1')
    const change = { resource_name: 'gpt-4o', resource_id: 'm_1' }
    expect(cellId(event(change), 'resource_name')).toBe('m_1')
  })
  it('is none when the cell shows it, or there is none', () => {
    expect(cellId(event({ resource_id: 'm_1' }), 'resource_name')).toBeUndefined()
    expect(cellId(event({ resource_name: 'gpt-4o' }), 'resource_name')).toBeUndefined()
    expect(cellId(event({ action: 'model.enabled' }), 'action')).toBeUndefined()
  })
})

describe('the filter of a cell', () => {
  it('is what one reads there: the key before the person behind it', () => {
    const call = event({ user_name: 'ana', api_key_name: 'ci' })
    expect(cellFilter(usage, call, 'user_name')).toEqual({
      field: 'api_key_name',
      value: 'ci',
      operator: 'eq',
      excludable: true,
    })
    expect(cellFilter(usage, event({ user_name: 'ana' }), 'user_name')?.field).toBe('user_name')
  })
  it('takes small amounts without an exponent', () => {
    const filter = cellFilter(usage, event({ cost: 0.0000001 }), 'cost')
    expect(filter).toMatchObject({ field: 'cost', value: '0.0000001', excludable: false })
  })
  it('asks a yes or no as the API does', () => {
    const streamed = field('is_stream', 'boolean', ['eq', 'ne'])
    expect(valueFilter(streamed, true)).toMatchObject({ value: 'true', operator: 'eq' })
    expect(valueFilter(streamed, false)).toMatchObject({ value: 'false', excludable: true })
  })
  it('of a text finds what contains its beginning', () => {
    const text = `  ${'x'.repeat(200)}\nmore`
    expect(cellFilter(usage, event({ error: text }), 'error')).toEqual({
      field: 'error',
      value: 'x'.repeat(120),
      operator: 'contains',
      excludable: false,
    })
    expect(cellFilter(usage, event({ error: ' \n' }), 'error')).toBeUndefined()
  })
  it('of a part of a cell is of that part', () => {
    const call = event({ user_name: 'ana', api_key_name: 'ci' })
    expect(partFilter(usage, call, 'user_name')).toMatchObject({ field: 'user_name', value: 'ana' })
  })
  it('asks for the value or, where that can be, for all but it', () => {
    const eq = { field: 'user_name', value: 'ana', operator: 'eq' as const, excludable: true }
    expect(pressed([], eq, false)).toEqual([
      { field: 'user_name', operator: 'eq', values: ['ana'] },
    ])
    expect(pressed([], eq, true)).toEqual([{ field: 'user_name', operator: 'ne', values: ['ana'] }])
    const contains = {
      field: 'error',
      value: 'x',
      operator: 'contains' as const,
      excludable: false,
    }
    expect(pressed([], contains, false)).toEqual([
      { field: 'error', operator: 'contains', values: ['x'] },
    ])
    expect(pressed([], contains, true)).toEqual([])
  })
  it('is none where no filter finds the same', () => {
    for (const [more, column] of [
      [{}, 'time'],
      [{ user_name: '' }, 'user_name'],
      [{ unknown: 'x' }, 'unknown'],
    ] as const) {
      expect(cellFilter(usage, event(more), column)).toBeUndefined()
    }
  })
})
