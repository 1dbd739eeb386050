/** Arrow keys in a menu that begins with a search: down and up through what can be pressed. */

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 }

export function moveByArrows(event: React.KeyboardEvent<HTMLElement>): void {
  const step = STEPS[event.key]
  // An input method has arrow keys of its own while it composes.
  if (step === undefined || event.nativeEvent.isComposing) return
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('input, button')]
  const next = items[items.findIndex((item) => item === document.activeElement) + step]
  if (!next) return
  event.preventDefault()
  next.focus()
}
