import { describe, expect, it } from 'vitest'
import type { Field, LogEvent } from '../api/types'
import { nextStep } from './useCompare'
import { isSame, pairsOf, sectionsOf, sorted, unitedFields } from './differences'

const field = (name: string): Field => ({
  name,
  label: name,
  type: 'keyword',
  filter: true,
  sort: false,
  search: false,
  column: false,
  group: 'event',
  operators: [],
})
const event = (fields: object): LogEvent => ({ id: 'a', time: '2026-01-01T00:00:00Z', ...fields })

describe('an event', () => {
  it('is marked, unmarked, or compared with the marked one, also of one id', () => {
    const own = { stream: 'usage' as const, id: 'a', origin: 'eu' }
    expect(nextStep(null, own)).toBe('mark')
    // As the browser keeps it.
    expect(nextStep(JSON.parse(JSON.stringify(own)) as typeof own, own)).toBe('unmark')
    expect(nextStep({ ...own, origin: 'us' }, own)).toBe('withMarked')
    expect(nextStep({ ...own, stream: 'audit' }, own)).toBe('withMarked')
  })
})

describe('two events', () => {
  it('are compared by the fields that one of them has', () => {
    const fields = ['model', 'cost', 'error', 'user'].map(field)
    const pairs = pairsOf(
      fields,
      event({ model: 'x', cost: 1, user: '' }),
      event({ model: 'x', cost: 2 }),
    )
    expect(pairs.map(({ field: { name }, same }) => [name, same])).toEqual([
      ['model', true],
      ['cost', false],
    ])
  })
  it('are the same whatever the order of the members of an object', () => {
    expect(isSame({ a: [1, { b: 2, c: 3 }] }, { a: [1, { c: 3, b: 2 }] })).toBe(true)
    expect(isSame([1, 2], [2, 1])).toBe(false)
    expect(isSame(undefined, null)).toBe(true)
    expect(JSON.stringify(sorted({ b: 1, a: { d: 1, c: 2 } }))).toBe('{"a":{"c":2,"d":1},"b":1}')
  })
  it('are told apart by what tables show first, and last by what each has of its own', () => {
    const fields = [
      field('id'),
      field('time'),
      { ...field('ip'), group: 'request' },
      { ...field('provider'), group: 'model_route' },
      { ...field('cost'), column: true },
    ]
    const values = { ip: 'x', provider: 'y', cost: 1 }
    const sections = sectionsOf(pairsOf(fields, event(values), event(values)))
    expect(
      sections.map(({ name, pairs }) => [name, ...pairs.map((pair) => pair.field.name)]),
    ).toEqual([
      ['main', 'cost'],
      ['model_route', 'provider'],
      ['request', 'ip'],
      ['own', 'id', 'time'],
    ])
  })
  it('of two logs have the fields of both once', () => {
    const united = unitedFields([field('time'), field('cost')], [field('time'), field('action')])
    expect(united.map(({ name }) => name)).toEqual(['time', 'cost', 'action'])
  })
})
