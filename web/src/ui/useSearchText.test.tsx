import { act } from 'react'
import { createRoot } from 'react-dom/client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { useSearchText } from './useSearchText'

function Box({ ask }: { ask: (q: string) => void }) {
  const { typing } = useSearchText('', ask)
  return <input {...typing} />
}

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)
  vi.useFakeTimers()
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

function box(ask: (q: string) => void) {
  const page = document.body.appendChild(document.createElement('div'))
  act(() => createRoot(page).render(<Box ask={ask} />))
  const input = page.querySelector('input') as HTMLInputElement
  const happens = (event: Event) => act(() => void input.dispatchEvent(event))
  const type = (text: string) => {
    // React watches the element's own property; what a person types goes past it.
    Reflect.set(HTMLInputElement.prototype, 'value', text, input)
    happens(new Event('input', { bubbles: true }))
  }
  return { input, happens, type }
}

describe('a search box', () => {
  it('asks for a word when the input method has composed it, and not for its letters', () => {
    const ask = vi.fn()
    const { happens, type } = box(ask)
    happens(new Event('compositionstart', { bubbles: true }))
    type('rizhi')
    act(() => void vi.advanceTimersByTime(1000))
    expect(ask).not.toHaveBeenCalled()
    type('日志')
    happens(new Event('compositionend', { bubbles: true }))
    act(() => void vi.advanceTimersByTime(1000))
    expect(ask.mock.calls).toEqual([['日志']])
  })
  it('is left by Escape with its text, unless the key is the input method’s', () => {
    const { input, happens, type } = box(vi.fn())
    const press = (isComposing: boolean) => {
      const options = { key: 'Escape', bubbles: true, cancelable: true, isComposing }
      const key = new KeyboardEvent('keydown', options)
      happens(key)
      return key.defaultPrevented
    }
    input.focus()
    type('gpt')
    expect(press(true)).toBe(false)
    expect(document.activeElement).toBe(input)
    expect(press(false)).toBe(true)
    expect(document.activeElement).not.toBe(input)
    expect(input.value).toBe('gpt')
  })
})
