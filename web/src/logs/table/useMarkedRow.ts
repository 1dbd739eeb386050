/** A row comes into view when it is marked. While no event is open it has the focus that nothing else has: Tab goes on from it. */
import { useEffect, useRef } from 'react'
import { focusIfFree } from '../../keyboard/focus'
import { useLogView } from '../LogView'

export function useMarkedRow<Row extends HTMLElement>(marked: boolean) {
  const { state } = useLogView()
  const row = useRef<Row>(null)
  const isFocused = marked && state.open === undefined
  useEffect(() => {
    if (marked) row.current?.scrollIntoView({ block: 'nearest' })
  }, [marked])
  useEffect(() => {
    if (isFocused) focusIfFree(row.current)
  }, [isFocused])
  return row
}
