import { describe, expect, it } from 'vitest'
import { safeReturn } from './session'

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
