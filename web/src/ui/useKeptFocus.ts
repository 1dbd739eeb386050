/**
 * Keeps the focus in a menu when what had it goes away: else the next keys would mean the page below, and
 * Escape nobody. It goes to what asks for it with `data-autofocus`, or waits for that on the menu itself.
 */
import { useEffect } from 'react'

export function useKeptFocus(menu: HTMLElement | null, opened: boolean): void {
  useEffect(() => {
    if (!menu || !opened) return
    let waiting = false
    const keep = () => {
      const active = document.activeElement
      if (active !== document.body && !(waiting && active === menu)) return
      const wanted = menu.querySelector<HTMLElement>('[data-autofocus]')
      waiting = wanted === null
      const next = wanted ?? menu
      next.focus({ preventScroll: true })
    }
    const observer = new MutationObserver(keep)
    observer.observe(menu, { childList: true, subtree: true })
    return () => observer.disconnect()
  }, [menu, opened])
}
