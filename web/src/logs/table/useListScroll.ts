/** Where a list is scrolled to: its top for another question, where it was for a page gone back to. */
import { useLocation } from '@tanstack/react-router'
import { useEffect, useLayoutEffect, useRef, type RefObject } from 'react'
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
  const scrolled = useScrolled(list, isThere ? place : undefined)
  // Before the marked row scrolls itself into view, which it does in an effect of its own.
  useLayoutEffect(() => {
    if (!list.current || !isThere) return
    const isOther = answered.current !== undefined && answered.current !== question
    answered.current = question
    const wanted = left.get(place) ?? (isOther ? 0 : undefined)
    // To ask the element, or to set it, would lay out the new rows before they are painted.
    if (wanted === undefined || wanted === scrolled.current) return
    scrollerOf(list.current).scrollTop = wanted
  }, [place, question, isThere, scrolled])
  return list
}

/** How far the list is scrolled, noted for its place while that is on screen. */
function useScrolled(list: RefObject<HTMLElement | null>, place: string | undefined) {
  const scrolled = useRef(0)
  const known = useRef<HTMLElement>(null)
  const shown = useRef(place)
  useLayoutEffect(() => {
    // After an answer without rows the list is a new one.
    if (known.current !== list.current) scrolled.current = 0
    known.current = list.current
    shown.current = place
    return () => {
      shown.current = undefined
    }
  }, [list, place])
  useEffect(() => {
    const note = ({ target }: Event) => {
      const scroller = target === document ? document.scrollingElement : target
      if (!(scroller instanceof Element) || !scroller.contains(list.current)) return
      scrolled.current = scroller.scrollTop
      if (shown.current === undefined) return
      if (scrolled.current > 0) left.set(shown.current, scrolled.current)
      else left.delete(shown.current)
    }
    const how = { capture: true, passive: true }
    document.addEventListener('scroll', note, how)
    return () => document.removeEventListener('scroll', note, how)
  }, [list])
  return scrolled
}

/** On small screens the page scrolls, not the list in it. */
function scrollerOf(list: HTMLElement): HTMLElement {
  let element = list
  while (getComputedStyle(element).overflowY !== 'auto' && element.parentElement) {
    element = element.parentElement
  }
  return element
}
