/** Single-key shortcuts: never while someone types, never over a dialog, never with a modifier. */
import { useEffect, useRef } from 'react'

export type Shortcuts = Record<string, (event: KeyboardEvent) => void>

const CHARACTERS = 'daybook-character-keys'

/** Voices and unsteady hands press characters by accident: whoever wants none, turns them off. */
export function hasCharacterKeys(): boolean {
  return localStorage.getItem(CHARACTERS) !== 'off'
}

export function setCharacterKeys(on: boolean): void {
  if (on) localStorage.removeItem(CHARACTERS)
  else localStorage.setItem(CHARACTERS, 'off')
}

export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts)
  useEffect(() => {
    latest.current = shortcuts
  })
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
      if (keepsKeys(event.target)) return
      if (event.key.length === 1 && !hasCharacterKeys()) return
      latest.current[event.key]?.(event)
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [])
}

// What is chosen from is no place to type: arrows and the space bar are its own, and no shortcuts.
const TYPED = 'input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]'
const OVER = '[role=dialog], [role=menu]'

/** Typing, and everything inside menus and dialogs, keeps its keys. */
export function keepsKeys(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(`${TYPED}, ${OVER}`) !== null
}
