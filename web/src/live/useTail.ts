/** The live list of a view: what came since it began, at a pace that can be read. */
import { useEffect, useReducer, useState } from 'react'
import type { ApiError } from '../api/errors'
import { indexOfRef, refOf } from '../api/eventRef'
import { useLogView } from '../logs/LogView'
import { EMPTY, reduce, type TailBuffer } from './tailBuffer'
import { tailParams, useTailConnection, type Link } from './useTailConnection'

/** How often the list moves, and how many rows it takes in then: more than that nobody reads. */
const MOVE_EVERY_MS = 1000
const ROWS_A_MOVE = 10
/** After a pause one wants to see what was waited for. */
const ROWS_AFTER_PAUSE = 500

export interface Tail extends TailBuffer {
  link: Link
  /** What the server said instead of events. */
  error: ApiError | undefined
  retry: () => void
  /** Events a second, of late. */
  rate: number
  /** Whether it stands still around an open event. */
  still: boolean
  paused: boolean
  setPaused: (paused: boolean) => void
  clear: () => void
}

export function useTail(): Tail {
  const { stream, asked, state } = useLogView()
  const [buffer, step] = useReducer(reduce, EMPTY)
  const { link, error, rate, retry } = useTailConnection(step)
  const [paused, setPaused] = useState(false)
  // Around an open event of its own the list stands still.
  const still = indexOfRef(buffer.shown.map(refOf), state.open) >= 0
  useEffect(() => {
    if (paused || still) return
    const timer = setInterval(() => step({ kind: 'reveal', most: ROWS_A_MOVE }), MOVE_EVERY_MS)
    return () => clearInterval(timer)
  }, [paused, still])
  const question = `${stream} ${tailParams(asked)}`
  useEffect(() => step({ kind: 'clear' }), [question])

  return {
    ...buffer,
    link,
    error,
    retry,
    rate,
    still,
    paused,
    setPaused: (next) => {
      setPaused(next)
      if (!next) step({ kind: 'reveal', most: ROWS_AFTER_PAUSE })
    },
    clear: () => step({ kind: 'clear' }),
  }
}
