import { describe, expect, it } from 'vitest'
import { addressOf, enter, isOpening, opening } from './place'

const READS = { field: 'action', operator: 'ne', values: ['log.read'] } as const

describe('the audit log', () => {
  it('opens without who read it, as a filter that everybody sees', () => {
    expect(opening('audit', {})).toEqual({ 'action.ne': 'log.read' })
    expect(enter('audit', { from: '-7d', open: 'x' })).toEqual({
      from: '-7d',
      to: undefined,
      'action.ne': 'log.read',
    })
    expect(isOpening('audit', { ...READS, values: [...READS.values] })).toBe(true)
  })
  it('keeps what somebody asked, also when that is everything', () => {
    expect(opening('audit', { action: 'log.read' })).toBeUndefined()
    expect(addressOf('audit', { from: undefined }).search).toEqual({ from: '-24h' })
    expect(isOpening('audit', { ...READS, values: ['log.read', 'login'] })).toBe(false)
  })
  it('is the only one', () => {
    expect(opening('usage', {})).toBeUndefined()
    expect(addressOf('requests', {}).search).toEqual({})
    expect(isOpening('usage', { ...READS, values: [...READS.values] })).toBe(false)
  })
})
