/** The events of a page, or why there are none. */
import { useElementSize, useMergedRef } from '@mantine/hooks'
import { InsteadOfList } from '../empty/InsteadOfList'
import type { EventPages } from '../useEventPages'
import type { RowCursor } from '../useRowCursor'
import { EventRows } from './EventRows'
import { useListScroll } from './useListScroll'
import classes from './EventList.module.css'

interface EventListProps {
  pages: EventPages
  cursor: RowCursor
}

export function EventList({ pages, cursor }: EventListProps) {
  const { ref, width } = useElementSize()
  const list = useMergedRef(ref, useListScroll(pages))
  return (
    <div className={classes.list} ref={list} data-loading={pages.fetching || undefined}>
      <InsteadOfList pages={pages}>
        <EventRows
          width={width}
          events={pages.page?.items}
          stale={pages.stale}
          marked={cursor.marked}
        />
      </InsteadOfList>
    </div>
  )
}
