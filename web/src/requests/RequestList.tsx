/** The requests of a page, or why there are none. */
import type { LogEvent } from '../api/types'
import { InsteadOfList } from '../logs/empty/InsteadOfList'
import { useListScroll } from '../logs/table/useListScroll'
import type { EventPages } from '../logs/useEventPages'
import { RequestTable } from './RequestTable'
import classes from './RequestList.module.css'

interface RequestListProps {
  pages: EventPages
  marked: LogEvent | undefined
}

export function RequestList({ pages, marked }: RequestListProps) {
  const list = useListScroll(pages)
  return (
    <div className={classes.list} ref={list} data-loading={pages.fetching || undefined}>
      <InsteadOfList pages={pages}>
        <RequestTable events={pages.page?.items} stale={pages.stale} marked={marked} />
      </InsteadOfList>
    </div>
  )
}
