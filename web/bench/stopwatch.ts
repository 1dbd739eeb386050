/** Takes the time from an input event to the frame that shows the answer, inside the browser. */
import type { Page } from '@playwright/test'

declare global {
  interface Window {
    answered?: Promise<number>
  }
}

/**
 * Milliseconds from the last input event of `act` (a press, a key) to the frame after the one in which
 * the rows of the new question were there and nothing on the table was stale any more.
 */
export async function timed(page: Page, act: () => Promise<void>): Promise<number> {
  await page.evaluate(watch)
  await act()
  return page.evaluate(() => window.answered ?? Number.NaN)
}

function watch(): void {
  const table = () => document.querySelector('[role=tabpanel] table[aria-busy]')
  window.answered = new Promise<number>((resolve) => {
    let began: number | undefined
    let asked = false
    const note = (event: Event) => {
      if (!asked) began = event.timeStamp
    }
    addEventListener('pointerup', note, { capture: true })
    addEventListener('keydown', note, { capture: true })
    const observer = new MutationObserver(() => {
      const busy = table()?.getAttribute('aria-busy')
      if (busy === 'true') asked = true
      // Without a single row there is no table: the page says so instead.
      if (!asked || busy === 'true' || began === undefined) return
      observer.disconnect()
      removeEventListener('pointerup', note, { capture: true })
      removeEventListener('keydown', note, { capture: true })
      const start = began
      // The frame that paints it, and the next one: by then it is on the screen.
      requestAnimationFrame(() => requestAnimationFrame((now) => resolve(now - start)))
    })
    observer.observe(document.body, {
      subtree: true,
      childList: true,
      attributeFilter: ['aria-busy'],
    })
  })
}
