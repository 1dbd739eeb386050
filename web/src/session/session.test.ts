import { beforeEach, describe, expect, it, vi } from 'vitest'
import { hasSessionEnded, leave, rememberSession, safeReturn } from './session'

describe('the address to return to after sign-in', () => {
  it('keeps addresses of this site', () => {
    expect(safeReturn('/logs/usage?sort=-cost&model=a')).toBe('/logs/usage?sort=-cost&model=a')
  })
  it.each([
    'https://evil.example/',
    '//evil.example/x',
    '/\\evil.example',
    'javascript:alert(1)',
    undefined,
  ])('refuses %s', (address) => {
    expect(safeReturn(address)).toBe('/')
  })
  it('does not lead back to sign-in', () => {
    expect(safeReturn('/sign-in?then=/x')).toBe('/')
  })
})

describe('a session of this tab', () => {
  beforeEach(() => sessionStorage.clear())
  it('has ended when there was one, unless its owner left', () => {
    vi.spyOn(location, 'assign').mockReturnValue()
    expect(hasSessionEnded()).toBe(false)
    rememberSession()
    expect(hasSessionEnded()).toBe(true)
    leave()
    expect(hasSessionEnded()).toBe(false)
  })
})
