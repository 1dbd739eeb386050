import { afterEach, describe, expect, it } from 'vitest'
import type { Field, FieldValues } from '../../api/types'
import { loadLanguage } from '../../i18n'
import { canBeValue, listedValues } from './menuValues'

const field = (type: Field['type'], values: string[] | null = null): Field => ({
  name: 'source',
  label: 'Source',
  type,
  values,
  filter: true,
  sort: false,
  search: false,
  column: false,
  group: 'call',
  operators: ['eq'],
})
const source = field('enum', ['playground', 'virtual_key'])
const counted = (...values: string[]): FieldValues => ({
  total: values.length,
  values: values.map((value, index) => ({ value, count: 10 - index })),
})
const values = (listed: { value: string }[]) => listed.map(({ value }) => value)

describe('the values of a menu', () => {
  afterEach(() => loadLanguage(['en']))

  it('of a few words are found by the word one reads and by the one programs write', async () => {
    const find = (typed: string) => values(listedValues(source, counted('virtual_key'), [], typed))
    expect(find('')).toEqual(['virtual_key', 'playground'])
    expect(find('tual key')).toEqual(['virtual_key'])
    expect(find('virtual_')).toEqual(['virtual_key'])
    expect(find('nothing')).toEqual([])
    await loadLanguage(['zh'])
    expect(find('虚拟')).toEqual(['virtual_key'])
  })
  it('say of words that do not occur that there are none', () => {
    expect(listedValues(source, counted('virtual_key'), [], 'play')).toEqual([
      { value: 'playground', count: 0 },
    ])
  })
  it('keep what is chosen in sight until one types', () => {
    const keyword = field('keyword')
    const found = counted('gpt-4o')
    expect(values(listedValues(keyword, found, ['o1'], ''))).toEqual(['o1', 'gpt-4o'])
    expect(values(listedValues(keyword, found, ['o1'], 'gpt'))).toEqual(['gpt-4o'])
  })
  it('are offered as typed only where any value is accepted', () => {
    expect(canBeValue(field('keyword'), 'anything')).toBe(true)
    expect(canBeValue(field('integer'), '429')).toBe(true)
    expect(canBeValue(field('integer'), 'many')).toBe(false)
    expect(canBeValue(source, 'virt')).toBe(false)
  })

  it('of actions have a wildcard at one end', () => {
    const action = { ...field('keyword'), name: 'action' }
    for (const typed of ['model.disabled', 'model.*', '*.disabled', '*']) {
      expect(canBeValue(action, typed)).toBe(true)
    }
    for (const typed of ['model.*.x', '*disabled*', '**']) {
      expect(canBeValue(action, typed)).toBe(false)
    }
    expect(canBeValue(field('keyword'), 'a*b')).toBe(true)
  })
})
