/** One row. Pressing anywhere opens the event; its time is the link that keyboards reach. */
import { refOf } from '../../api/eventRef'
import type { LogEvent } from '../../api/types'
import { useLogView } from '../LogView'
import { useMarkedRow } from './useMarkedRow'
import classes from './EventTable.module.css'

interface EventRowProps {
  event: LogEvent
  marked: boolean
  children: React.ReactNode
}

export function EventRow({ event, marked, children }: EventRowProps) {
  const { state, show } = useLogView()
  const row = useMarkedRow<HTMLTableRowElement>(marked)
  const ref = refOf(event)
  const open = (click: React.MouseEvent) => {
    const onLink = click.target instanceof Element && click.target.closest('a, button') !== null
    const selecting = getSelection()?.type === 'Range'
    if (!onLink && !selecting) show({ open: ref })
  }
  return (
    <tr
      ref={row}
      className={classes.row}
      data-id={ref.id}
      data-origin={ref.origin}
      data-marked={marked || undefined}
      tabIndex={marked ? -1 : undefined}
      aria-current={(marked && state.open !== undefined) || undefined}
      onClick={open}
    >
      {children}
    </tr>
  )
}
