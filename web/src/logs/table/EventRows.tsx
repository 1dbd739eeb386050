/** Events as a table where there is room, as two-line rows where there is not. */
import { useMemo } from 'react'
import type { LogEvent } from '../../api/types'
import { useColumns } from '../columns/useColumns'
import { useLogView } from '../LogView'
import { fitColumns } from '../presentation'
import { CompactRows } from './CompactRows'
import { EventTable } from './EventTable'

const COMPACT_PX = 560

interface EventRowsProps {
  /** The room there is, in pixels; 0 while it is not known. */
  width: number
  /** Undefined while the first page is on its way. */
  events: LogEvent[] | undefined
  stale: boolean
  marked: string | undefined
}

export function EventRows({ width, ...rest }: EventRowsProps) {
  const { stream, state } = useLogView()
  const { columns } = useColumns()
  // Beside an open event, which tells everything, only the columns that fit are kept.
  const fitting = useMemo(
    () => (state.open === undefined ? columns : fitColumns(stream, columns, width)),
    [stream, columns, state.open, width],
  )
  return width > 0 && width < COMPACT_PX ? (
    <CompactRows {...rest} />
  ) : (
    <EventTable columns={fitting} {...rest} />
  )
}
