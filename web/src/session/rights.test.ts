import { describe, expect, it } from 'vitest'
import { ROLES } from '../api/types'
import { rightsOf } from './rights'

describe('the rights of roles', () => {
  it('let one role change settings, and two look at them', () => {
    expect(ROLES.filter((role) => rightsOf(role).administers)).toEqual(['super_admin'])
    expect(ROLES.filter((role) => rightsOf(role).inspects)).toEqual(['super_admin', 'auditor'])
  })
  it('open every log to who inspects, and usage alone to the others', () => {
    for (const role of ROLES) {
      const { inspects, streams } = rightsOf(role)
      expect(streams).toEqual(inspects ? ['audit', 'usage', 'auth', 'system'] : ['usage'])
    }
  })
  it('limit users to their own events', () => {
    expect(ROLES.filter((role) => rightsOf(role).ownOnly)).toEqual(['user'])
  })
})
