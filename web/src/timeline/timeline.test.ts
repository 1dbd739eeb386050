import { describe, expect, it } from 'vitest'
import type { Catalogue, Field, LogEvent } from '../api/types'
import { dotsOf, NAMED_ABOVE, NAMED_BESIDE, offsetOf, unloadedZones } from './lanes'
import { relationsOf, type Way } from './relations'
import { NEAREST, othersParams, sideParams, stepParams } from './timelineQueries'
import { findKey, isSame, readKey, readTimeline, windowOf, writeTimeline } from './timelineState'
import { firstWithOthers } from './useBeginning'
import { joined, sideOf } from './useTimeline'

const field = (name: string): Field => ({
  name,
  label: name,
  type: 'id',
  filter: true,
  sort: false,
  search: false,
  column: false,
  group: 'event',
  operators: ['eq'],
})
const catalogue: Catalogue = {
  streams: [
    {
      name: 'audit',
      label: '',
      fields: ['request_id', 'actor_id', 'resource_name', 'resource_id', 'ip'].map(field),
    },
    {
      name: 'usage',
      label: '',
      fields: ['request_id', 'user_id', 'platform_model', 'ip'].map(field),
    },
    { name: 'auth', label: '', fields: ['request_id', 'user_id', 'ip'].map(field) },
    { name: 'system', label: '', fields: ['request_id', 'resource_name'].map(field) },
  ],
}
const ALL = ['audit', 'usage', 'auth', 'system'] as const
const event = (fields: object, time = '2026-11-19T14:00:00.123456Z'): LogEvent => ({
  id: 'e1',
  time,
  ...fields,
})

describe('what events have in common', () => {
  it('has another name in another log', () => {
    const call = event({ user_id: 'u_1', platform_model: 'gpt-4o', ip: '192.0.2.1' })
    expect(relationsOf(call, catalogue, [...ALL])).toMatchObject([
      {
        kind: 'user',
        value: 'u_1',
        fields: { audit: 'actor_id', usage: 'user_id', auth: 'user_id' },
      },
      {
        kind: 'resource',
        value: 'gpt-4o',
        fields: { audit: 'resource_name', usage: 'platform_model', system: 'resource_name' },
      },
      { kind: 'address', value: '192.0.2.1', fields: { audit: 'ip', usage: 'ip', auth: 'ip' } },
    ])
  })
  it('is looked for in every field that may say it, and found once', () => {
    const names = ['user', 'actor', 'resource'].flatMap((it) => [`${it}_id`, `${it}_name`])
    const of = (name: 'audit' | 'auth', ...kinds: string[]) => ({
      name,
      label: '',
      fields: names.filter((one) => kinds.some((kind) => one.startsWith(kind))).map(field),
    })
    const full: Catalogue = { streams: [of('audit', 'actor', 'resource'), of('auth', 'user')] }
    const user = (fields: object) =>
      relationsOf(event(fields), full, ['audit', 'auth']).find(({ kind }) => kind === 'user')?.ways
    expect(user({ user_id: 'u_1', user_name: 'ana' })).toEqual([
      { audit: [['actor_id', 'u_1']], auth: [['user_id', 'u_1']] },
      {
        audit: [
          ['resource_id', 'u_1'],
          ['actor_id.ne', 'u_1'],
        ],
        auth: [
          ['user_name', 'ana'],
          ['user_id.exists', 'false'],
          ['user_id.ne', 'u_1'],
        ],
      },
      {
        audit: [
          ['actor_name', 'ana'],
          ['actor_id.exists', 'false'],
          ['actor_id.ne', 'u_1'],
          ['resource_id.ne', 'u_1'],
        ],
      },
    ])
    expect(user({ user_name: 'ana' })).toEqual([
      { audit: [['actor_name', 'ana']], auth: [['user_name', 'ana']] },
      {
        audit: [
          ['resource_name', 'ana'],
          ['actor_name.ne', 'ana'],
        ],
      },
    ])
  })
  it('is looked for only where the reader may look, and not at all when there is nothing', () => {
    const [relation] = relationsOf(event({ request_id: 'r' }), catalogue, ['usage'])
    expect(relation?.fields).toEqual({ usage: 'request_id' })
    expect(relationsOf(event({}), catalogue, [...ALL])).toEqual([])
  })
})

describe('the address of a timeline', () => {
  it('is read and written back unchanged', () => {
    const search = {
      of: 'usage/a/b',
      by: 'user',
      around: '1h',
      without: 'audit,auth',
      open: 'auth/x',
    }
    expect(writeTimeline(readTimeline(search))).toEqual(search)
    expect(readKey({ of: 'weather/x' }, 'of')).toBeUndefined()
    expect(readTimeline({ around: '3y', by: 'colour' })).toMatchObject({
      around: '15m',
      by: undefined,
    })
  })
})

describe('an event of a timeline', () => {
  const eu = { stream: 'usage' as const, id: 'a/b', origin: 'eu' }
  const us = { ...eu, origin: 'us' }
  it('is named with its origin, and found again by it', () => {
    const search = { of: 'usage/a/b', of_origin: 'eu', open: 'usage/a/b', open_origin: 'us' }
    expect(readTimeline(search)).toMatchObject({ of: eu, open: us })
    expect(writeTimeline(readTimeline(search))).toEqual(search)
    expect(isSame(eu, us)).toBe(false)
    expect(findKey([eu, us], us)).toBe(us)
    expect(findKey([eu], us)).toBeUndefined()
  })
  it('is found by its id alone where an older address names no origin', () => {
    const old = readKey({ of: 'usage/a/b' }, 'of')
    expect(findKey([{ ...eu, stream: 'audit' as const }, us], old)).toBe(us)
    const own = { ...eu, origin: undefined }
    expect(findKey([eu, own], old)).toBe(own)
  })
})

describe('the questions of a timeline', () => {
  it('ask each log by its own name for it, on both sides of the very microsecond', () => {
    const window = windowOf('2026-11-19T14:00:00.123456Z', '15m')
    const way: Way = { audit: [['actor_id', 'u']], usage: [['user_id', 'u']] }
    const before = sideParams(way, ['audit', 'usage'], window, 'before')
    const after = sideParams(way, ['audit', 'usage'], window, 'after')
    expect(before.get('audit:actor_id')).toBe('u')
    expect(before.get('usage:user_id')).toBe('u')
    expect([before.get('sort'), after.get('sort')]).toEqual(['-time', 'time'])
    expect([before.get('to'), after.get('from')]).toEqual([window.at, window.at])
  })
})

describe('what a timeline begins with', () => {
  const window = windowOf('2026-11-19T14:00:00Z', '15m')
  it('is counted without the one in the middle, on both sides at once', () => {
    const way: Way = { audit: [['actor_id', 'u']], usage: [['user_id', 'u']] }
    const params = othersParams(way, ['audit', 'usage'], window, { stream: 'usage', id: 'e1' })
    expect(params.getAll('usage:id.ne')).toEqual(['e1'])
    expect(params.has('audit:id.ne')).toBe(false)
    expect([params.get('from'), params.get('to')]).toEqual([window.from, window.to])
    expect(params.get('page_size')).toBe('1')
    const elsewhere = othersParams(way, ['audit'], window, { stream: 'usage', id: 'e1' })
    expect([...elsewhere.keys()].filter((name) => name.includes('id.ne'))).toEqual([])
  })
  it('is the first relation that leads to others, and the very first when none does', () => {
    const call = event({ user_id: 'u_1', platform_model: 'gpt-4o', ip: '192.0.2.1' })
    const relations = relationsOf(call, catalogue, [...ALL])
    const beginning = (...others: number[]) => firstWithOthers(relations, others)?.kind
    expect(beginning(3)).toBe('user')
    expect(beginning(0, 7)).toBe('resource')
    expect(beginning(0, 0, 0)).toBe('user')
    expect(firstWithOthers([], [])).toBeUndefined()
  })
})

describe('the events of a timeline', () => {
  const at = (id: string, second: number) => ({
    ...event({ id, stream: 'usage' }, `2026-11-19T14:00:${String(second).padStart(2, '0')}Z`),
  })
  it('stand in order of time, the one in the middle once', () => {
    const middle = { stream: 'usage' as const, id: 'm', event: at('m', 30) }
    const ids = (events: { id: string }[]) => events.map(({ id }) => id).join('')
    expect(ids(joined([at('b', 20), at('a', 10)], [at('m', 30), at('c', 40)], middle))).toBe('abmc')
    expect(ids(joined([at('a', 10)], [at('c', 40)], middle))).toBe('amc')
    const elsewhere = { ...at('m', 31), origin: 'eu' }
    expect(ids(joined([], [at('m', 30), elsewhere], middle))).toBe('mm')
    expect(ids(joined([], [elsewhere], middle))).toBe('mm')
  })
  it('lie in their lanes, none over the edge', () => {
    const window = windowOf('2026-11-19T14:00:00Z', '5m')
    const events = [at('a', 0), at('b', 59)].map((one) => ({
      stream: 'usage' as const,
      id: one.id,
      event: one,
    }))
    const far = { stream: 'auth' as const, id: 'x', event: event({}, '2030-01-01T00:00:00Z') }
    const dots = dotsOf([...events, far], ['usage', 'auth'], window, 600, NAMED_BESIDE)
    expect(dots.map(({ y }) => y)).toEqual([13, 13, 39])
    const lower = dotsOf([...events, far], ['usage', 'auth'], window, 600, NAMED_ABOVE)
    expect(lower.map(({ y }) => y)).toEqual([25, 25, 61])
    expect(dots[0]?.x).toBeCloseTo(300, 0)
    expect(dots[2]?.x).toBe(594)
  })
  it('come step by step, as far as whole steps are there', () => {
    const page = (first: number, count: number, total: number) => ({
      items: Array.from({ length: count }, (_, index) => at(`e${first + index}`, first + index)),
      total,
    })
    expect(sideOf('after', [[undefined]])).toEqual({ events: undefined, beyond: 0 })
    expect(sideOf('after', [])).toEqual({ events: undefined, beyond: 0 })
    const one = sideOf('after', [[page(2, 2, 2), page(0, 2, 300)]])
    expect(one.events?.map(({ id }) => id)).toEqual(['e0', 'e1', 'e2', 'e3'])
    expect(one.beyond).toBe(302 - NEAREST)
    const steps = [[page(0, 2, 300)], [page(2, 2, 300)], [undefined]]
    expect(sideOf('after', steps).events).toHaveLength(4)
    expect(sideOf('after', steps).beyond).toBe(300 - 2 * NEAREST)
    expect(sideOf('before', steps).events?.[0]?.id).toBe('e3')
    const params = new URLSearchParams('sort=time')
    expect([stepParams(params, 1).get('page'), stepParams(params, 2).get('page')]).toEqual([
      null,
      '2',
    ])
  })
  it('that are not drawn have their part of the axis', () => {
    const window = windowOf('2026-11-19T14:00:30Z', '5m')
    const events = [at('a', 0), at('b', 59)].map((one) => ({
      stream: 'usage' as const,
      id: one.id,
      event: one,
    }))
    const beyond = (count: number) => ({ count, fetching: false, more: () => undefined })
    const zones = unloadedZones({ events, earlier: beyond(7), later: beyond(0) }, window, 612)
    expect(zones).toHaveLength(1)
    expect(zones[0]).toMatchObject({ x: 0, beyond: { count: 7 } })
    // A minute is 60 px of the ten; the first event lies half a minute before the middle.
    expect(zones[0]?.width).toBeCloseTo(270, 0)
    const late = unloadedZones({ events, earlier: beyond(0), later: beyond(1) }, window, 612)
    expect((late[0]?.x ?? 0) + (late[0]?.width ?? 0)).toBe(612)
  })
  it('say how far away they are', () => {
    const of = (time: string) => offsetOf(time, '2026-11-19T14:00:00Z')
    expect(of('2026-11-19T14:00:00.250Z')).toBe('+250 ms')
    expect(of('2026-11-19T13:59:57.9Z')).toBe('\u22122.1 s')
    expect(of('2026-11-19T14:14:00Z')).toBe('+14 min')
    expect(of('2026-11-19T11:30:00Z')).toBe('\u22122.5 h')
  })
})
