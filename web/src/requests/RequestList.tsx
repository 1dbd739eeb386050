/** The requests of a page, or why there are none. */
import { EmptyState } from '../logs/empty/EmptyState'
import { ListError } from '../logs/empty/ListError'
import type { EventPages } from '../logs/useEventPages'
import { RequestTable } from './RequestTable'
import classes from './RequestList.module.css'

interface RequestListProps {
  pages: EventPages
  marked: string | undefined
}

export function RequestList({ pages, marked }: RequestListProps) {
  const events = pages.page?.items
  return (
    <div className={classes.list} data-loading={pages.fetching || undefined}>
      {pages.error !== null && !pages.stale && events === undefined ? (
        <ListError error={pages.error} onRetry={pages.refresh} />
      ) : events?.length === 0 && !pages.stale ? (
        <EmptyState />
      ) : (
        <RequestTable events={events} stale={pages.stale} marked={marked} />
      )}
    </div>
  )
}
