/** `i` and `x` on the value that has the focus: what a click on it says, and one with Alt. */
import { useShortcuts } from '../../keyboard/useShortcuts'

export function useValueKeys(): void {
  useShortcuts({
    i: ({ target }) => press(target, false),
    x: ({ target }) => press(target, true),
  })
}

function press(target: EventTarget | null, altKey: boolean): void {
  const value = target instanceof Element ? target.closest('[data-value]') : null
  value?.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, altKey }))
}
