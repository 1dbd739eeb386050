import { describe, expect, it } from 'vitest'
import { completeLinks, sameLinks } from './links'

const link = (origin: string, user_id: string) => ({ origin, user_id })

describe('links while they are edited', () => {
  it('lose empty lines and blanks around them', () => {
    expect(completeLinks([link(' acme ', ' 42'), link('', ' ')])).toEqual([link('acme', '42')])
    expect(completeLinks([])).toEqual([])
  })
  it('are not taken half-filled', () => {
    expect(completeLinks([link('acme', '')])).toBeUndefined()
    expect(completeLinks([link('', '42')])).toBeUndefined()
  })
  it('are compared whatever their order', () => {
    const [a, b] = [link('acme', '1'), link('acme', '2')]
    expect(sameLinks([a, b], [b, a])).toBe(true)
    expect(sameLinks([a], [a, b])).toBe(false)
    expect(sameLinks([link('a', 'b,c')], [link('a,b', 'c')])).toBe(false)
  })
})
