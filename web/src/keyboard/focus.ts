/** The focus of whoever uses keys goes along with them; whoever uses the mouse keeps it where it is. */
import { useEffect, useRef } from 'react'
import { keepsKeys } from './useShortcuts'

/** Whether a key was pressed last, and not the mouse. */
let byKey = false
const note = (isKey: boolean) => () => {
  byKey = isKey
}
document.addEventListener('keydown', note(true), true)
document.addEventListener('pointerdown', note(false), true)

/** For what keys open, or turn to another event: Tab goes on in it. */
export function useOpenedFocus<Opened extends HTMLElement>(id: string) {
  const opened = useRef<Opened>(null)
  useEffect(() => {
    const active = document.activeElement
    if (!byKey || keepsKeys(active) || opened.current?.contains(active)) return
    opened.current?.focus({ preventScroll: true })
  }, [id])
  return opened
}

/** Unless something has it: what that is, is where its reader is. */
export function focusIfFree(element: HTMLElement | null | undefined): void {
  if (document.activeElement === document.body) element?.focus({ preventScroll: true })
}

/** Takes the focus from a button or a choice that was pressed before, so that Enter is for the list. */
export function freeFocus(): void {
  const active = document.activeElement
  if (active instanceof HTMLElement && !keepsKeys(active)) active.blur()
}
