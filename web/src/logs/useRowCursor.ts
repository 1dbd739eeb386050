/**
 * The marked row: `j` and `k` move it, `enter` opens it, and closes an open request; `esc` closes. An open
 * panel follows.
 */
import { useState } from 'react'
import { indexOfRef, isSameRef, refOf, type EventRef } from '../api/eventRef'
import type { LogEvent } from '../api/types'
import { freeFocus } from '../keyboard/focus'
import { useShortcuts } from '../keyboard/useShortcuts'
import { useLogView } from './LogView'
import type { EventPages } from './useEventPages'

export interface RowCursor {
  /** The marked one of the rows that are there. */
  marked: LogEvent | undefined
  canMove: (step: 1 | -1) => boolean
  /** Opens the next or previous event, over the edge of the page if need be. */
  moveOpen: (step: 1 | -1) => void
}

/** The pages of a list that has none, but grows. */
export const NO_PAGES: Pages = { pageCount: 0, turn: () => Promise.resolve(undefined) }

type Pages = Pick<EventPages, 'pageCount' | 'turn'>

export function useRowCursor(items: LogEvent[] | undefined, pages: Pages): RowCursor {
  const { place, state, show } = useLogView()
  const [mark, setMark] = useState<EventRef>()
  // However an event is closed, one goes on from it.
  if (state.open && !(mark && isSameRef(mark, state.open))) setMark(state.open)
  const index = indexOfRef(items?.map(refOf) ?? [], mark)
  const marked = items?.[index]

  const canMove = (step: 1 | -1) => {
    if (index < 0 || items === undefined) return false
    const next = index + step
    if (next >= 0 && next < items.length) return true
    const page = state.page + step
    return page >= 1 && page <= pages.pageCount
  }
  const moveOpen = (step: 1 | -1) => {
    if (!canMove(step)) return
    const next = items?.[index + step]
    if (next) {
      show({ open: refOf(next) }, { replace: true })
    } else {
      void pages.turn(step)
    }
  }
  const goTo = (ref: EventRef | undefined) => {
    freeFocus()
    setMark(ref)
  }
  const moveMark = (step: 1 | -1) => {
    if (state.open !== undefined) {
      moveOpen(step)
      return
    }
    const next = items?.[index < 0 ? 0 : index + step]
    if (next) goTo(refOf(next))
    else if (canMove(step)) void pages.turn(step).then(goTo)
  }
  const close = () => {
    if (state.open !== undefined) show({ open: undefined })
  }

  useShortcuts({
    j: () => moveMark(1),
    k: () => moveMark(-1),
    Enter: (event) => {
      const onControl = event.target instanceof Element && event.target.closest('a, button')
      if (onControl) return
      if (state.open === undefined) {
        if (marked) show({ open: refOf(marked) })
      } else if (place === 'requests') close()
    },
    Escape: close,
  })
  return { marked, canMove, moveOpen }
}
