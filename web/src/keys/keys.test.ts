import { describe, expect, it } from 'vitest'
import type { ApiKey } from '../api/types'
import { exampleCall, expiresAt, keyState } from './keys'

const now = new Date('2026-11-21T12:00:00Z')
const key = (more: Partial<ApiKey>) =>
  ({ revoked_at: null, expires_at: null, ...more }) as unknown as ApiKey

describe('the state of a key', () => {
  it('is told by its ends; revoked comes first', () => {
    expect(keyState(key({}), now)).toBe('active')
    expect(keyState(key({ expires_at: '2026-11-21T12:00:01Z' }), now)).toBe('active')
    expect(keyState(key({ expires_at: '2026-11-21T12:00:00Z' }), now)).toBe('expired')
    expect(
      keyState(
        key({ expires_at: '2026-01-01T00:00:00Z', revoked_at: '2025-12-01T00:00:00Z' }),
        now,
      ),
    ).toBe('revoked')
  })
})

describe('the end of a new key', () => {
  it('lies as many days ahead as chosen, or nowhere', () => {
    expect(expiresAt('d30', now)).toBe('2026-12-21T12:00:00.000Z')
    expect(expiresAt('never', now)).toBeUndefined()
  })
})

describe('the example of a key', () => {
  it('does what the key may do', () => {
    expect(exampleCall('http://x', 'dbk_1', true)).toContain('/api/v1/events')
    expect(exampleCall('http://x', 'dbk_1', false)).toContain('/api/v1/logs/usage')
  })
})
