import { describe, expect, it } from 'vitest'
import { parseSearch } from '../../app/search'
import type { Field } from '../../api/types'
import type { StreamFields } from '../../catalogue/catalogue'
import { readState } from '../logState'
import { columnsFor, downloadAddress } from './downloadAddress'
import { filtersOf } from './filtersOf'

const field = (name: string, type: Field['type']): Field => ({
  name,
  label: name,
  type,
  filter: true,
  sort: false,
  search: false,
  column: true,
  group: 'event',
  operators: [],
})
const fields = [field('time', 'time'), field('request', 'payload'), field('cost', 'money')]
const usage: StreamFields = {
  stream: 'usage',
  fields,
  byName: new Map(fields.map((one) => [one.name, one])),
}

describe('a download', () => {
  it('has what is asked, and nothing of where one is in the list', () => {
    const asked = readState(parseSearch('from=-7d&outcome=error&page=3&sort=-cost&as_of=9&open=e'))
    expect(downloadAddress('usage', asked, { format: 'jsonl', columns: ['time', 'cost'] })).toBe(
      '/api/v1/logs/usage/download?from=-7d&outcome=error&format=jsonl&columns=time%2Ccost',
    )
  })
  it('names its columns only when they are not the usual ones', () => {
    expect(columnsFor(usage, undefined, false)).toBeUndefined()
    expect(columnsFor(usage, undefined, true)).toEqual(['time', 'cost', 'request'])
    expect(columnsFor(usage, ['cost'], false)).toEqual(['cost'])
  })
})

describe('a file of the log', () => {
  it('has what the list asks, as much of it as is chosen', () => {
    const params = new URLSearchParams('from=-24h&to=-1h&q=x&action=a&action=b')
    const asked = { q: ['x'], action: ['a', 'b'] }
    expect(filtersOf(params, 'shown')).toEqual({ ...asked, from: ['-24h'], to: ['-1h'] })
    expect(filtersOf(params, 'ever')).toEqual(asked)
    const span = { from: new Date('2020-01-01T00:00:00Z'), to: new Date('2020-02-01T00:00:00Z') }
    expect(filtersOf(params, 'between', span)).toEqual({
      ...asked,
      from: ['2020-01-01T00:00:00.000Z'],
      to: ['2020-02-01T00:00:00.000Z'],
    })
    expect(filtersOf(params, 'all')).toEqual({})
  })
})
