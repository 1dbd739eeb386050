import { describe, expect, it } from 'vitest'
import { formatExactMoney, formatMoney, formatUnitPrice, moneyDecimals } from './money'
import { formatCompact, formatNumber } from './number'
import { breakable, splitControls, splitLine, visibleText } from './text'
import { formatClock, formatDay, formatRelative, fromInputValue, toInputValue } from './time'
import { filterText, formatEnum } from './value'

const spaced = (text: string) => text.replaceAll('\u202f', ' ')

describe('endless words', () => {
  it('may break, words of languages may not, and nothing is lost', () => {
    expect(breakable('many words of a language '.repeat(100))).toHaveLength(1)
    const text = `before ${'A😀'.repeat(800)} after`
    const parts = breakable(text)
    expect(parts.map((part) => part.text).join('')).toBe(text)
    expect(Math.max(...parts.map((part) => part.text.length))).toBeLessThanOrEqual(1000)
    expect(parts.some((part) => part.text.startsWith('\udE00'))).toBe(false)
    expect(parts.filter(({ endless }) => !endless).map((part) => part.text)).toEqual([
      'before ',
      ' after',
    ])
    // It begins where it begins: nothing stands before it on a line of its own.
    expect(breakable('A'.repeat(1000))[0]).toEqual({ text: 'A'.repeat(500), endless: true })
  })
})

describe('numbers', () => {
  it('groups digits in threes and keeps fractions', () => {
    expect(spaced(formatNumber(3201775))).toBe('3 201 775')
    expect(spaced(formatNumber(-1204.5))).toBe('\u22121 204.5')
    expect(formatNumber(0.00000012)).toBe('0.00000012')
  })
  it('shortens axis labels only', () => {
    expect(formatCompact(999)).toBe('999')
    expect(formatCompact(12_432)).toBe('12.4k')
  })
})

describe('money', () => {
  it('shows six decimals, and never rounds a cost to nothing', () => {
    expect(formatMoney(0.00482)).toBe('$0.004820')
    expect(formatMoney(0)).toBe('$0.000000')
    expect(formatMoney(0.000000001)).toBe('<$0.000001')
    expect(formatMoney(0.0000005)).toBe('$0.000001')
    expect(spaced(formatMoney(1234.5))).toBe('$1 234.500000')
    expect(formatMoney(0.9999996)).toBe('$1.000000')
  })
  it('tells every digit where amounts are checked', () => {
    expect(formatExactMoney(0.000000112)).toBe('$0.000000112')
    expect(formatExactMoney(0.00482)).toBe('$0.004820')
    expect(formatExactMoney(-0.0000005)).toBe('−$0.0000005')
    // 0.1 + 0.2 is not quite 0.3.
    expect(moneyDecimals([0.1 + 0.2, 0.00000012])).toBe(8)
    expect(formatMoney(0.00482, 8)).toBe('$0.00482000')
  })
  it('tells no digit that an amount does not have', () => {
    expect(spaced(formatExactMoney(123456789.12345679))).toBe('$123 456 789.12345679')
    expect(spaced(formatMoney(123456789.12345679, 9))).toBe('$123 456 789.123456790')
    expect(spaced(formatExactMoney(-9007199.254740993))).toBe('\u2212$9 007 199.254740993')
    expect(formatUnitPrice(123456789.12345679)).toBe('$123456789.12345679')
  })
  it('tells small prices per million', () => {
    expect(formatUnitPrice(2.5e-6)).toBe('$2.50 / 1M')
    expect(formatUnitPrice(1.5e-7)).toBe('$0.15 / 1M')
    expect(formatUnitPrice(0.04)).toBe('$0.04')
  })
})

describe('times', () => {
  const date = new Date('2026-11-19T14:02:11.531Z')
  const now = new Date('2026-11-19T16:02:11Z')
  it('shows milliseconds, and the year only when it differs', () => {
    expect(formatClock(date, 'utc')).toBe('14:02:11.531')
    expect(formatDay(date, 'utc', now)).toBe('19 Nov')
    expect(formatDay(new Date('2025-01-02T00:00:00Z'), 'utc', now)).toBe('02 Jan 2025')
  })
  it('says how long ago', () => {
    expect(formatRelative(date, now)).toBe('1 hour ago')
    expect(formatRelative(new Date('2026-11-18T16:02:11Z'), now)).toBe('yesterday')
  })
  it('reads back what it put into an input', () => {
    const value = toInputValue(date, 'utc')
    expect(fromInputValue(value, 'utc')?.toISOString()).toBe('2026-11-19T14:02:11.000Z')
    expect(fromInputValue('', 'utc')).toBeUndefined()
  })
})

describe('event text', () => {
  it('makes bidi overrides and control characters visible', () => {
    expect(visibleText('invoice\u202egpj.exe')).toBe('invoice[U+202E]gpj.exe')
    expect(splitControls('a\u0000b')).toEqual([
      { text: 'a' },
      { text: '\u0000', control: 'U+0000' },
      { text: 'b' },
    ])
  })
  it('makes a line of nothing but spaces visible, and leaves the spaces of others alone', () => {
    expect(splitLine('   ')).toEqual([{ text: '   ', control: 'U+0020 \u00d7 3' }])
    expect(splitLine('\u3000')).toEqual([{ text: '\u3000', control: 'U+3000' }])
    expect(splitLine(' a ')).toEqual([{ text: ' a ' }])
    expect(splitLine('')).toEqual([])
  })
  it('leaves line breaks, joiners and ordinary right-to-left text alone', () => {
    for (const text of ['a\n\tb', '👩\u200d💻', 'שלום']) expect(visibleText(text)).toBe(text)
  })
})

describe('the value as a filter takes it', () => {
  it('is a word of the API, whatever the screen says', () => {
    expect([true, false].map(filterText)).toEqual(['true', 'false'])
    expect([0, 200, 0.5, 0.0000001, 12e-9].map(filterText)).toEqual([
      '0',
      '200',
      '0.5',
      '0.0000001',
      '0.000000012',
    ])
    expect(filterText(['x'])).toBeUndefined()
    expect(filterText(null)).toBeUndefined()
  })
})

describe('words of events', () => {
  it('may be called like what every object has', () => {
    expect(formatEnum('virtual_key')).toBe('virtual key')
    expect(formatEnum('constructor')).toBe('constructor')
  })
})
