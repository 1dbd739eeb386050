import { describe, expect, it } from 'vitest'
import { formatDuration } from './duration'

describe('a duration in words', () => {
  it.each([
    [0, '1 second'],
    [1, '1 second'],
    [41.2, '42 seconds'],
    [119, '119 seconds'],
    [121, '3 minutes'],
    [1800, '30 minutes'],
    [7201, '3 hours'],
  ])('%s s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text)
  })
})
