import { describe, expect, it } from 'vitest'
import type { Catalogue, LogEvent } from '../../api/types'
import { billingOf } from './billing'
import { changesOf, isAttempted } from './changes'
import { curlOf } from './curl'
import { diffLines, withGaps } from './diff'
import { tokensOf } from './jsonTokens'
import { tokensOf as tokensOfCall } from './tokens'
import { relatedLinks, usageOfResource } from './relatedLinks'

const event = (fields: object): LogEvent => ({ id: 'e1', time: '2026-11-19T14:00:00Z', ...fields })

describe('billing items', () => {
  const items = [
    { item: 'input', quantity: 176, unit_price: 2.5e-6, amount: 0.00044 },
    { item: 'output', quantity: 310, unit_price: 1e-5, amount: 0.0031 },
  ]
  it('say nothing when they add up, and tell the stated cost when they do not', () => {
    expect(billingOf(event({ billing_items: items, cost: 0.00354 }))?.differing).toBeUndefined()
    expect(billingOf(event({ billing_items: items, cost: 0.004 }))?.differing).toBe(0.004)
  })
  it('ignore what has another shape', () => {
    expect(billingOf(event({ billing_items: [3, { item: 'x' }] }))).toBeUndefined()
    expect(changesOf(event({ changes: [7, null, { field: 'a', new: 1 }] }))).toHaveLength(1)
  })
})

describe('changes', () => {
  it('that were denied or failed were only attempted', () => {
    const results = ['denied', 'failure', 'success', undefined]
    expect(results.map((result) => isAttempted(event({ result })))).toEqual([
      true,
      true,
      false,
      false,
    ])
  })
})

describe('copies', () => {
  it('cannot break out of the quotes of a shell', () => {
    const of = { stream: 'audit' as const, id: "a'; rm -rf / #", origin: "eu'; ls" }
    expect(curlOf('https://daybook.example', of).split("'")).toHaveLength(3)
  })
  it('say whose event it is, where the id alone does not', () => {
    const address = (origin: string | undefined) =>
      curlOf('https://daybook.example', { stream: 'usage', id: 'a/b', origin }).split("'")[1]
    const path = 'https://daybook.example/api/v1/logs/usage/events/a%2Fb'
    expect(address(undefined)).toBe(path)
    expect(address('eu & us')).toBe(`${path}?origin=eu%20%26%20us`)
  })
})

describe('JSON', () => {
  it('is coloured without losing a character', () => {
    const text = JSON.stringify({ a: ['x: "y"', -1.5e3, true, null] }, null, 2)
    const tokens = tokensOf(text)
    expect(tokens.map((token) => token.text).join('')).toBe(text)
    expect(tokens.filter(({ kind }) => kind === 'key').map(({ text: key }) => key)).toEqual(['"a"'])
  })
})

describe('related events', () => {
  const field = (name: string) => ({
    name,
    label: name,
    type: 'id' as const,
    filter: true,
    sort: false,
    search: false,
    column: false,
    group: 'event',
    operators: ['eq' as const],
  })
  const catalogue: Catalogue = {
    streams: [
      { name: 'usage', label: '', fields: ['request_id', 'user_id'].map(field) },
      { name: 'audit', label: '', fields: ['request_id', 'actor_id', 'resource_id'].map(field) },
    ],
  }
  it('look for the user where the user acts, fifteen minutes around', () => {
    const links = relatedLinks(event({ user_id: 'u_1' }), catalogue, ['audit', 'usage'])
    const range = { from: '2026-11-19T13:45:00.000Z', to: '2026-11-19T14:15:00.001Z' }
    expect(links.find(({ kind }) => kind === 'user')?.targets).toEqual([
      { stream: 'audit', search: { ...range, actor_id: 'u_1' } },
      { stream: 'usage', search: { ...range, user_id: 'u_1' } },
    ])
  })
  it('offer nothing for what an event does not carry', () => {
    expect(relatedLinks(event({}), catalogue, ['audit'])).toEqual([])
  })
})

describe('the usage of a resource', () => {
  const range = { from: '-24h', to: undefined }
  it('keeps the window, and asks for the field that names such a resource in calls', () => {
    const model = event({ resource_type: 'model', resource_id: 'm_1', resource_name: 'gpt-4o' })
    expect(usageOfResource(model, range)).toEqual({ from: '-24h', platform_model: 'gpt-4o' })
    const key = event({ resource_type: 'api_key', resource_id: 'k_1', resource_name: 'ci' })
    expect(usageOfResource(key, { from: 'a', to: 'b' })).toEqual({
      from: 'a',
      to: 'b',
      api_key_id: 'k_1',
    })
  })
  it('is none for what no call uses', () => {
    const announcement = event({ resource_type: 'announcement', resource_name: 'x' })
    expect(usageOfResource(announcement, range)).toBeUndefined()
  })
})

describe('tokens', () => {
  it('name the parts that there are, with their share', () => {
    const call = event({
      input_tokens: 1000,
      cache_read_tokens: 800,
      cache_write_tokens: 0,
      output_tokens: 50,
      total_tokens: 1050,
    })
    expect(tokensOfCall(call)).toEqual([
      { part: 'input', count: 1000 },
      { part: 'cache_read', count: 800, share: 0.8 },
      { part: 'output', count: 50 },
      { part: 'total', count: 1050 },
    ])
    expect(tokensOfCall(event({}))).toEqual([])
  })
})

describe('a diff', () => {
  const shown = (old: string, next: string) =>
    diffLines(old, next)
      .map(({ kind, text }) => ({ same: ' ', old: '-', new: '+' })[kind] + text)
      .join('|')
  it('keeps what stayed, in order', () => {
    expect(shown('a\nb\nc\nd', 'a\nx\nc\ny\nd')).toBe(' a|-b|+x| c|+y| d')
    expect(shown('a\nb', 'a\nb')).toBe(' a| b')
    expect(shown('a\na', 'a')).toBe(' a|-a')
  })
  it('reads back to both texts, whatever they are', () => {
    const words = (seed: number) =>
      Array.from({ length: 40 }, (_, i) => (i * seed * 7) % 5).join('\n')
    for (let seed = 1; seed < 20; seed += 1) {
      const [old, next] = [words(seed), words(seed + 3)]
      const lines = diffLines(old, next)
      const text = (skipped: string) =>
        lines
          .filter(({ kind }) => kind !== skipped)
          .map((line) => line.text)
          .join('\n')
      expect(text('new')).toBe(old)
      expect(text('old')).toBe(next)
    }
  })
  it('leaves out what stayed, but not beside a change', () => {
    const old = Array.from({ length: 100 }, (_, i) => `line ${i}`)
    const next = old.with(50, 'changed')
    const shape = (before: string[], after: string[]) =>
      withGaps(diffLines(before.join('\n'), after.join('\n'))).map((part) =>
        part.kind === 'gap' ? part.lines.length : part.kind,
      )
    const [near, changed] = [Array<string>(3).fill('same'), ['old', 'new']]
    expect(shape(old, next)).toEqual([47, ...near, ...changed, ...near, 46])
    expect(shape(old, old)).toEqual([100])
    expect(shape(['a', 'b'], ['a', 'c'])).toEqual(['same', ...changed])
  })
  it('of very long texts stays fast, and whole', () => {
    const long = (word: string) => Array.from({ length: 5000 }, (_, i) => `${word}${i}`).join('\n')
    expect(diffLines(long('a'), long('b'))).toHaveLength(10_000)
  })
})
