import { describe, expect, it } from 'vitest'
import type { Field } from '../../api/types'
import type { StreamFields } from '../../catalogue/catalogue'
import { columnsOf } from '../presentation'
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

describe('moving', () => {
  it('keeps every item', () => {
    expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a'])
    expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b'])
    expect(moved(['a', 'b'], 0, -1)).toEqual(['a', 'b'])
  })
})
