import { describe, expect, it } from 'vitest'
import type { Filter } from '../logState'
import { askAround } from './aroundTime'

const TIME = '2026-11-19T14:00:00.123456Z'
const model: Filter = { field: 'platform_model', operator: 'eq', values: ['m'] }

describe('a time that is pressed', () => {
  it('becomes the range, and ends a live list', () => {
    expect(askAround([model], 'time', TIME)).toEqual({
      from: '2026-11-19T13:45:00.123Z',
      to: '2026-11-19T14:15:00.124Z',
      live: false,
    })
  })
  it('of another field becomes its filters, in place of those before', () => {
    const before: Filter = { field: 'received_at', operator: 'gte', values: ['2026-01-01'] }
    expect(askAround([before, model], 'received_at', TIME)).toEqual({
      filters: [
        model,
        { field: 'received_at', operator: 'gte', values: ['2026-11-19T13:45:00.123Z'] },
        { field: 'received_at', operator: 'lt', values: ['2026-11-19T14:15:00.124Z'] },
      ],
      live: false,
    })
  })
})
