import { describe, expect, it } from 'vitest'
import type { Field } from '../../api/types'
import type { StreamFields } from '../../catalogue/catalogue'
import { columnsOf, fitColumns } from '../presentation'
import { moved } from './order'

const field = (name: string, type: Field['type'], column = false): Field => ({
  name,
  label: name,
  type,
  filter: true,
  sort: false,
  search: false,
  column,
  group: 'event',
  operators: [],
})
const fields = [
  field('time', 'time', true),
  field('user_name', 'keyword', true),
  field('source', 'enum'),
  field('cost', 'money', true),
  field('request', 'payload'),
]
const usage: StreamFields = {
  stream: 'usage',
  fields,
  byName: new Map(fields.map((one) => [one.name, one])),
}
const names = (chosen?: string[]) => columnsOf(usage, chosen).map((column) => column.field.name)

describe('columns', () => {
  it('are the usual ones until some are chosen', () => {
    expect(names()).toEqual(['time', 'user_name', 'cost'])
  })
  it('come in the chosen order, after the time, which is always there', () => {
    expect(names(['cost', 'source'])).toEqual(['time', 'cost', 'source'])
    expect(names(['cost', 'time'])).toEqual(['time', 'cost'])
  })
  it('leave out what is no column, and what an old address names', () => {
    expect(names(['request', 'gone', 'cost', 'cost'])).toEqual(['time', 'cost'])
  })
})

describe('columns beside an open event', () => {
  const usual = ['platform_model', 'cost', 'total_tokens', 'latency_ms', 'status_code'] as const
  const byName = new Map(
    ['time', ...usual].map((name) => [name, field(name, name === 'time' ? 'time' : 'integer')]),
  )
  const log: StreamFields = { stream: 'usage', fields: [...byName.values()], byName }
  const fitting = (width: number, sort: string) =>
    fitColumns('usage', columnsOf(log, [...usual]), width, sort).map(({ field: { name } }) => name)

  it('keep the one of the order longest, after the time', () => {
    expect(fitting(2000, '-cost')).toEqual(['time', ...usual])
    expect(fitting(480, '-time')).not.toContain('cost')
    expect(fitting(480, '-cost')).toContain('cost')
    expect(fitting(300, '-latency_ms')).toEqual(['time', 'latency_ms'])
  })
  it('keep the one that shows what the list is sorted by', () => {
    expect(fitting(300, 'outcome')).toEqual(['time', 'status_code'])
  })
})

describe('moving', () => {
  it('keeps every item', () => {
    expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a'])
    expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b'])
    expect(moved(['a', 'b'], 0, -1)).toEqual(['a', 'b'])
  })
})
