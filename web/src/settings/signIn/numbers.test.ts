import { describe, expect, it } from 'vitest'
import { positive } from './numbers'

describe('a typed number', () => {
  it.each([
    ['30', 30],
    [' 12 ', 12],
    ['0', undefined],
    ['', undefined],
    ['1.5', undefined],
    ['1e3', undefined],
    ['99999999999999999999', undefined],
  ])('%s', (text, value) => {
    expect(positive(text)).toBe(value)
  })
})
