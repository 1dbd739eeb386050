/** One row. Pressing anywhere opens the event; its time is the link that keyboards reach. */
import { useEffect, useRef } from 'react'
import type { LogEvent } from '../../api/types'
import { useLogView } from '../LogView'
import classes from './EventTable.module.css'

interface EventRowProps {
  event: LogEvent
  marked: boolean
  children: React.ReactNode
}

export function EventRow({ event, marked, children }: EventRowProps) {
  const { state, show } = useLogView()
  const row = useRef<HTMLTableRowElement>(null)
  useEffect(() => {
    if (marked) row.current?.scrollIntoView({ block: 'nearest' })
  }, [marked])
  const open = (click: React.MouseEvent) => {
    const onLink = click.target instanceof Element && click.target.closest('a, button') !== null
    const selecting = getSelection()?.type === 'Range'
    if (!onLink && !selecting) show({ open: event.id })
  }
  return (
    <tr
      ref={row}
      className={classes.row}
      data-id={event.id}
      data-marked={marked || undefined}
      aria-current={event.id === state.open || undefined}
      onClick={open}
    >
      {children}
    </tr>
  )
}
