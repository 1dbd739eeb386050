import { describe, expect, it } from 'vitest'
import { firstCharacters, foldedLength, nextLength } from './folding'

describe('long text', () => {
  it('folds after forty lines or four thousand characters, but not for a little more', () => {
    expect(foldedLength('x\n'.repeat(44))).toBe(88)
    expect(foldedLength('x\n'.repeat(60))).toBe(79)
    expect(foldedLength('x'.repeat(4500))).toBe(4500)
    expect(foldedLength('x'.repeat(5000))).toBe(4000)
  })
  it('opens in steps, the last one with the rest', () => {
    const text = 'x'.repeat(600_000)
    expect(nextLength(text, 4000)).toBe(204_000)
    expect(nextLength(text, 204_000)).toBe(404_000)
    expect(nextLength(text, 404_000)).toBe(600_000)
    expect(nextLength('x'.repeat(9000), 4000)).toBe(9000)
  })
  it('is never cut within a character', () => {
    expect(firstCharacters('a😀b', 2)).toBe('a')
    expect(firstCharacters('a😀b', 3)).toBe('a😀')
    expect(firstCharacters('a😀b', 4)).toBe('a😀b')
  })
})
