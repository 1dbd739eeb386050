/** The events of a page, or why there are none. */
import { useElementSize } from '@mantine/hooks'
import { EmptyState } from '../empty/EmptyState'
import { ListError } from '../empty/ListError'
import type { EventPages } from '../useEventPages'
import type { RowCursor } from '../useRowCursor'
import { EventRows } from './EventRows'
import classes from './EventList.module.css'

interface EventListProps {
  pages: EventPages
  cursor: RowCursor
}

export function EventList({ pages, cursor }: EventListProps) {
  const { ref, width } = useElementSize()
  const events = pages.page?.items
  return (
    <div className={classes.list} ref={ref} data-loading={pages.fetching || undefined}>
      {pages.error !== null && !pages.stale && events === undefined ? (
        <ListError error={pages.error} onRetry={pages.refresh} />
      ) : events?.length === 0 && !pages.stale ? (
        <EmptyState />
      ) : (
        <EventRows width={width} events={events} stale={pages.stale} marked={cursor.marked} />
      )}
    </div>
  )
}
