/** The events: a table where there is room, two-line rows where there is not; else why there are none. */
import { useElementSize } from '@mantine/hooks'
import { useMemo } from 'react'
import { EmptyState } from '../empty/EmptyState'
import { ListError } from '../empty/ListError'
import { useLogView } from '../LogView'
import { columnsOf, fitColumns } from '../presentation'
import type { EventPages } from '../useEventPages'
import type { RowCursor } from '../useRowCursor'
import { CompactRows } from './CompactRows'
import { EventTable } from './EventTable'
import classes from './EventList.module.css'

const COMPACT_PX = 560

interface EventListProps {
  pages: EventPages
  cursor: RowCursor
}

export function EventList({ pages, cursor }: EventListProps) {
  const { stream, fields, state } = useLogView()
  const { ref, width } = useElementSize()
  const columns = useMemo(() => columnsOf(fields), [fields])
  // Beside an open event, which tells everything, only the columns that fit are kept.
  const fitting = useMemo(
    () => (state.open === undefined ? columns : fitColumns(stream, columns, width)),
    [stream, columns, state.open, width],
  )
  const events = pages.page?.items

  return (
    <div className={classes.list} ref={ref} data-loading={pages.fetching || undefined}>
      {pages.error !== null && !pages.stale && events === undefined ? (
        <ListError error={pages.error} onRetry={pages.refresh} />
      ) : events?.length === 0 && !pages.stale ? (
        <EmptyState />
      ) : width > 0 && width < COMPACT_PX ? (
        <CompactRows events={events} stale={pages.stale} marked={cursor.marked} />
      ) : (
        <EventTable columns={fitting} events={events} stale={pages.stale} marked={cursor.marked} />
      )}
    </div>
  )
}
