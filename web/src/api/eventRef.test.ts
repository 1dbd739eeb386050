import { describe, expect, it } from 'vitest'
import { indexOfRef, isSameRef, keyOf, originQuery, refOf } from './eventRef'

const event = (id: string, origin?: string) => ({
  id,
  time: '2026-11-19T14:00:00Z',
  ...(origin !== undefined && { origin }),
})

describe('an event', () => {
  const [own, eu, us] = [event('a', 'daybook'), event('a', 'eu'), event('a', 'us')]
  it('is named by its id and its origin, of which the own one goes without saying', () => {
    expect(refOf(eu)).toEqual({ id: 'a', origin: 'eu' })
    expect([refOf(own), refOf(event('a')), refOf(event('a', ''))]).toEqual([
      { id: 'a' },
      { id: 'a' },
      { id: 'a' },
    ])
    expect(isSameRef(refOf(eu), refOf(us))).toBe(false)
    expect(new Set([own, eu, us].map(keyOf)).size).toBe(3)
  })
  it('is found among those of its id', () => {
    const refs = [eu, us, own].map(refOf)
    expect(indexOfRef(refs, { id: 'a', origin: 'us' })).toBe(1)
    expect(indexOfRef(refs, { id: 'a' })).toBe(2)
    expect(indexOfRef(refs, { id: 'a', origin: 'ap' })).toBe(-1)
    expect(indexOfRef(refs, { id: 'b' })).toBe(-1)
    expect(indexOfRef(refs, undefined)).toBe(-1)
  })
  it('is found by its id alone where the address says no more', () => {
    expect(indexOfRef([eu, us].map(refOf), { id: 'a' })).toBe(0)
  })
  it('is asked for with its origin where it has one', () => {
    expect(originQuery(refOf(eu))).toEqual({ origin: 'eu' })
    expect(originQuery(refOf(own))).toEqual({})
  })
})
