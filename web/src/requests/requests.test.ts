import { describe, expect, it } from 'vitest'
import type { LogEvent } from '../api/types'
import type { Filter } from '../logs/logState'
import { daysOf } from './days'
import { isToggled, toggled, toggleValue } from './toggles'

const eq = (field: string, ...values: string[]): Filter => ({ field, operator: 'eq', values })

describe('the toggles', () => {
  it('read the filters they stand for, and say nothing when filters say more', () => {
    expect(toggleValue([], 'outcome')).toBe('all')
    expect(toggleValue([eq('outcome', 'error')], 'outcome')).toBe('error')
    expect(toggleValue([eq('outcome', 'error', 'success')], 'outcome')).toBeUndefined()
    const excluded: Filter = { field: 'source', operator: 'ne', values: ['playground'] }
    expect(toggleValue([excluded], 'source')).toBeUndefined()
    expect(isToggled(excluded)).toBe(false)
    expect(isToggled(eq('user_name', 'error'))).toBe(false)
  })
  it('replace what stood on their field and leave the others alone', () => {
    const others = [eq('user_name', 'ana')]
    const errors = toggled(others, 'outcome', 'error')
    expect(errors).toEqual([...others, eq('outcome', 'error')])
    expect(toggled(errors, 'outcome', 'success')).toEqual([...others, eq('outcome', 'success')])
    expect(toggled(errors, 'outcome', 'all')).toEqual(others)
    const excluded: Filter = { field: 'outcome', operator: 'ne', values: ['success'] }
    expect(toggled([excluded, ...errors], 'outcome', 'success')).toEqual([
      eq('outcome', 'success'),
      ...others,
    ])
  })
})

describe('days', () => {
  const at = (time: string): LogEvent => ({ id: time, time })
  const now = new Date('2026-03-16T09:00:00Z')
  it('are named as people name them, in the order of the list', () => {
    const events = ['16T08:59', '15T23:59', '15T00:00', '14T23:59'].map((time) =>
      at(`2026-03-${time}:00Z`),
    )
    const days = daysOf([...events, at('2025-12-31T12:00:00Z')], 'utc', now)
    expect(days.map(({ heading, events: { length } }) => [heading, length])).toEqual([
      ['Today', 1],
      ['Yesterday', 2],
      ['Mar 14', 1],
      ['Dec 31, 2025', 1],
    ])
  })
})
