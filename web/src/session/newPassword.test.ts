import { describe, expect, it } from 'vitest'
import { passwordHint, passwordProblems } from './newPassword'

describe('the hint about a new password', () => {
  it.each([
    ['', 0],
    ['1234567', 0],
    ['12345678', 1],
    ['Aa1!Aa1!', 1],
    ['twelve chars', 2],
    ['correct horse battery', 3],
  ])('goes by length alone: %s', (password, level) => {
    expect(passwordHint(password).level).toBe(level)
  })
  it('counts characters, not code units', () => {
    expect(passwordHint('🔑🔑🔑🔑').text).toContain('4 more characters')
  })
})

describe('a new password before it is sent', () => {
  const form = (password: string, repeat: string) => {
    const data = new FormData()
    data.set('password', password)
    data.set('repeat', repeat)
    return passwordProblems(data)
  }
  it('is long enough and the same twice', () => {
    expect(form('long enough', 'long enough')).toEqual({})
    expect(form('short', 'short')).toHaveProperty('password')
    expect(form('long enough', 'long enouhg')).toHaveProperty('repeat')
  })
})
