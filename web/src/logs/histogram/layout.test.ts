import { describe, expect, it } from 'vitest'
import type { Histogram } from '../../api/types'
import { boundsOf, intervalName, seriesOf, stack, ticksOf } from './layout'

const histogram: Histogram = {
  from: '2026-11-19T10:07:00Z',
  to: '2026-11-19T10:20:00Z',
  interval_ms: 300_000,
  by: 'outcome',
  buckets: [
    { time: '2026-11-19T10:05:00Z', count: 3, by: { error: 1, success: 2 } },
    { time: '2026-11-19T10:10:00Z', count: 0, by: {} },
    { time: '2026-11-19T10:15:00Z', count: 4, by: { success: 4 } },
  ],
}

describe('the histogram', () => {
  it('spans whole buckets, also where the first begins before the range', () => {
    const { from, to } = boundsOf(histogram)
    expect(new Date(from).toISOString()).toBe('2026-11-19T10:05:00.000Z')
    expect(new Date(to).toISOString()).toBe('2026-11-19T10:20:00.000Z')
  })

  it('stacks errors on top of successes', () => {
    expect(seriesOf(histogram)).toEqual([
      ['success', 6],
      ['error', 1],
    ])
  })

  it('stacks levels by how grave they are', () => {
    const by = { critical: 1, info: 9, error: 2, debug: 5, warning: 3 }
    const levels = { ...histogram, buckets: [{ time: histogram.from, count: 20, by }] }
    expect(seriesOf(levels).map(([level]) => level)).toEqual([
      'debug',
      'info',
      'warning',
      'error',
      'critical',
    ])
  })

  it('keeps a single error among many successes visible', () => {
    const pieces = stack({ success: 100_000, error: 1 }, ['success', 'error'], 100_001, 60)
    expect(pieces.at(-1)).toMatchObject({ value: 'error', height: 1.5 })
  })

  it('names round times, the day at midnight', () => {
    const bounds = {
      from: Date.parse('2026-11-18T13:07:00Z'),
      to: Date.parse('2026-11-19T13:07:00Z'),
    }
    const labels = ticksOf(bounds, 900, 'utc').map((tick) => tick.label)
    expect(labels).toEqual([
      '15:00',
      '18:00',
      '21:00',
      '19 Nov',
      '03:00',
      '06:00',
      '09:00',
      '12:00',
    ])
  })

  it('names months and years where days are too close, with room between them', () => {
    const labels = (from: string, width: number) => {
      const bounds = { from: Date.parse(from), to: Date.parse('2026-11-22T12:50:00Z') }
      return ticksOf(bounds, width, 'utc').map((tick) => tick.label)
    }
    expect(labels('2016-11-24T12:50:00Z', 1140)).toEqual(
      Array.from({ length: 10 }, (_, at) => String(2017 + at)),
    )
    expect(labels('2016-11-24T12:50:00Z', 366)).toEqual(['2020', '2025'])
    expect(labels('2025-06-15T00:00:00Z', 900)).toEqual([
      'Jul 2025',
      'Oct 2025',
      'Jan 2026',
      'Apr 2026',
      'Jul 2026',
      'Oct 2026',
    ])
    expect(labels('0001-01-01T00:00:00Z', 900).length).toBeLessThan(9)
  })

  it('says what a bar stands for', () => {
    expect(intervalName(900_000)).toBe('15 min')
    expect(intervalName(5_400_000)).toBe('1.5 h')
  })
})
