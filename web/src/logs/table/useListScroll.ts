/** Where a list is scrolled to: its top for another question, where it was for a page gone back to. */
import { useLocation } from '@tanstack/react-router'
import { useLayoutEffect, useRef } from 'react'
import { useLogView } from '../LogView'
import { listParams } from '../logState'
import type { EventPages } from '../useEventPages'

/** How far lists were scrolled when they were left, by the entry of the browser's history and their question. */
const left = new Map<string, number>()

/** What it returns goes to the element that scrolls. */
export function useListScroll({ page, stale }: Pick<EventPages, 'page' | 'stale'>) {
  const { asked, pageSize } = useLogView()
  const entry = useLocation({ select: ({ state }) => state.__TSR_key ?? '' })
  const question = listParams({ ...asked, asOf: undefined }, pageSize).toString()
  // The address may change a moment after the question, or before.
  const place = `${entry} ${question}`
  const isThere = page !== undefined && !stale
  const list = useRef<HTMLDivElement>(null)
  const answered = useRef<string>(undefined)
  // Before the marked row scrolls itself into view, which it does in an effect of its own.
  useLayoutEffect(() => {
    if (!list.current || !isThere) return
    const scroller = scrollerOf(list.current)
    const before = left.get(place)
    const isOther = answered.current !== undefined && answered.current !== question
    if (before !== undefined) scroller.scrollTop = before
    else if (isOther) scroller.scrollTop = 0
    answered.current = question
    return () => {
      if (scroller.scrollTop > 0) left.set(place, scroller.scrollTop)
      else left.delete(place)
    }
  }, [place, question, isThere])
  return list
}

/** On small screens the page scrolls, not the list in it. */
function scrollerOf(list: HTMLElement): HTMLElement {
  let element = list
  while (getComputedStyle(element).overflowY !== 'auto' && element.parentElement) {
    element = element.parentElement
  }
  return element
}
