/** Events as a table where there is room, as two-line rows where there is not. */
import { useMediaQuery } from '@mantine/hooks'
import { useMemo } from 'react'
import type { LogEvent } from '../../api/types'
import { useColumns } from '../columns/useColumns'
import { useLogView } from '../LogView'
import { fitColumns } from '../presentation'
import { CompactRows } from './CompactRows'
import { EventTable } from './EventTable'
import { widenedFor } from './figureWidth'
import { shownSort } from './sort'

const COMPACT_PX = 560
/** Beside an open event a table keeps its rows where they were, down to its two main columns. */
const COMPACT_BESIDE_PX = 340
/** From here on an open event stands beside the list, not over it: `Split.module.css`. */
const BESIDE = '(min-width: 1181px)'

interface EventRowsProps {
  /** The room there is, in pixels; 0 while it is not known. */
  width: number
  /** Undefined while the first page is on its way. */
  events: LogEvent[] | undefined
  stale: boolean
  marked: LogEvent | undefined
}

export function EventRows({ width, ...rest }: EventRowsProps) {
  const { stream, state } = useLogView()
  const { columns } = useColumns()
  const hasRoom = useMediaQuery(BESIDE, true, { getInitialValueInEffect: false })
  const { events } = rest
  const isOpen = state.open !== undefined
  const sort = shownSort(state)
  const isBeside = isOpen && hasRoom
  // Beside an open event, which tells everything, only the columns that fit are kept.
  const fitting = useMemo(() => {
    const widened = columns.map((column) => widenedFor(events ?? [], column))
    return isOpen ? fitColumns(stream, widened, width, sort) : widened
  }, [stream, columns, events, isOpen, width, sort])
  return width > 0 && width < (isBeside ? COMPACT_BESIDE_PX : COMPACT_PX) ? (
    <CompactRows {...rest} />
  ) : (
    <EventTable columns={fitting} {...rest} />
  )
}
