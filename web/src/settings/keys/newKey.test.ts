import { describe, expect, it } from 'vitest'
import { readNewKey } from './newKey'

const now = new Date('2026-11-21T12:00:00Z')

function form(fields: Record<string, string | string[]>): FormData {
  const data = new FormData()
  for (const [name, values] of Object.entries(fields)) {
    for (const value of [values].flat()) data.append(name, value)
  }
  return data
}

describe('a new key', () => {
  it('leaves out what was left empty', () => {
    const { input, problems } = readNewKey(
      form({ name: ' gateway ', origin: '', scopes: 'ingest', expiry: 'never', rate: '' }),
      now,
    )
    expect(problems).toEqual({})
    expect(input).toEqual({ name: 'gateway', scopes: ['ingest'] })
  })
  it('takes scopes, an end and a rate', () => {
    const { input } = readNewKey(
      form({ name: 'x', origin: 'eu', scopes: ['read', 'ingest'], expiry: 'd30', rate: '600' }),
      now,
    )
    expect(input).toEqual({
      name: 'x',
      origin: 'eu',
      scopes: ['ingest', 'read'],
      expires_at: '2026-12-21T12:00:00.000Z',
      rate_per_minute: 600,
    })
  })
  it.each(['0', '-1', '1.5', 'many'])('refuses the rate %s', (rate) => {
    const { problems } = readNewKey(form({ name: 'x', scopes: 'read', rate }), now)
    expect(Object.keys(problems)).toEqual(['rate'])
  })
  it('asks for a name and a scope', () => {
    expect(Object.keys(readNewKey(form({}), now).problems)).toEqual(['name', 'scopes'])
  })
})
