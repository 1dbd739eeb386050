/**
 * The hints of the whole page: an element with `data-hint` shows it when a pointer rests on it or the
 * keyboard comes to it, above, or where `data-hint-side` says. A line that ends in an ellipsis shows what it
 * leaves out.
 */
import { Suspense, lazy, useEffect, useState } from 'react'
import { part } from '../api/parts'

const load = part(() => import('./HintTip'))
const HintTip = lazy(load)
const DELAY_MS = 400
/** How far above what the pointer is on the end of a line is looked for. */
const DEPTH_MAX = 5

export function HintLayer() {
  const target = useHinted()
  return (
    target && (
      <Suspense>
        <HintTip target={target} />
      </Suspense>
    )
  )
}

function useHinted(): HTMLElement | undefined {
  const [hinted, setHinted] = useState<HTMLElement>()
  useEffect(() => {
    let current: HTMLElement | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const turnTo = (element: HTMLElement | undefined) => {
      if (element === current) return
      current = element
      clearTimeout(timer)
      setHinted(undefined)
      if (!element) return
      void load().catch(() => undefined)
      timer = setTimeout(() => setHinted(element), DELAY_MS)
    }
    const onPointer = (event: PointerEvent) => {
      if (event.pointerType !== 'touch') turnTo(hintAt(event.target))
    }
    const onFocus = ({ target }: FocusEvent) => {
      if (target instanceof Element && target.matches(':focus-visible')) turnTo(hintAt(target))
    }
    const onBlur = ({ target }: FocusEvent) => {
      if (hintAt(target) === current) turnTo(undefined)
    }
    const onKey = ({ key }: KeyboardEvent) => {
      if (key === 'Escape') turnTo(undefined)
    }
    const onLeave = () => turnTo(undefined)
    const page = document.documentElement
    document.addEventListener('pointerover', onPointer)
    document.addEventListener('focusin', onFocus)
    document.addEventListener('focusout', onBlur)
    document.addEventListener('keydown', onKey)
    page.addEventListener('pointerleave', onLeave)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('pointerover', onPointer)
      document.removeEventListener('focusin', onFocus)
      document.removeEventListener('focusout', onBlur)
      document.removeEventListener('keydown', onKey)
      page.removeEventListener('pointerleave', onLeave)
    }
  }, [])
  return hinted
}

function hintAt(target: EventTarget | null): HTMLElement | undefined {
  if (!(target instanceof Element)) return undefined
  return target.closest<HTMLElement>('[data-hint]') ?? cutOff(target)
}

/** Where the browser itself has something to say, in a title, one hint is enough. */
function cutOff(target: Element): HTMLElement | undefined {
  if (target.closest('[title]')) return undefined
  let element: Element | null = target
  for (let depth = 0; element && depth < DEPTH_MAX; depth += 1) {
    if (element instanceof HTMLElement && isCut(element)) return element
    element = element.parentElement
  }
  return undefined
}

function isCut(element: HTMLElement): boolean {
  return (
    element.scrollWidth > element.clientWidth &&
    getComputedStyle(element).textOverflow === 'ellipsis'
  )
}
