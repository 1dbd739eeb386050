/** The marked row: `j` and `k` move it, `enter` opens it, `esc` closes. An open panel follows. */
import { useState } from 'react'
import type { LogEvent } from '../api/types'
import { useShortcuts } from '../keyboard/useShortcuts'
import { useLogView } from './LogView'
import type { EventPages } from './useEventPages'

export interface RowCursor {
  marked: string | undefined
  canMove: (step: 1 | -1) => boolean
  /** Opens the next or previous event, over the edge of the page if need be. */
  moveOpen: (step: 1 | -1) => void
}

/** The pages of a list that has but one. */
export const ONE_PAGE: Pages = { pageCount: 1, turn: () => Promise.resolve() }

type Pages = Pick<EventPages, 'pageCount' | 'turn'>

export function useRowCursor(items: LogEvent[] | undefined, pages: Pages): RowCursor {
  const { state, show } = useLogView()
  const [mark, setMark] = useState<string>()
  const current = state.open ?? mark
  const index = items?.findIndex((event) => event.id === current) ?? -1

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
      show({ open: next.id }, { replace: true })
    } else {
      void pages.turn(step)
    }
  }
  const moveMark = (step: 1 | -1) => {
    if (state.open !== undefined && index >= 0) {
      moveOpen(step)
      return
    }
    const next = items?.[index < 0 ? 0 : index + step]
    if (next) setMark(next.id)
  }

  useShortcuts({
    j: () => moveMark(1),
    k: () => moveMark(-1),
    Enter: (event) => {
      const onControl = event.target instanceof Element && event.target.closest('a, button')
      if (!onControl && mark !== undefined) show({ open: mark })
    },
    Escape: () => {
      if (state.open === undefined) return
      setMark(state.open)
      show({ open: undefined })
    },
  })
  return { marked: current, canMove, moveOpen }
}
