/** One log page by page: controls, histogram, list. */
import { ArchivedNote } from './ArchivedNote'
import { FilterBar } from './filters/FilterBar'
import { Histogram } from './histogram/Histogram'
import { LogFrame } from './LogFrame'
import { LogToolbar } from './LogToolbar'
import { EventList } from './table/EventList'
import { ListBar } from './table/ListBar'
import { Total } from './table/Total'
import { LogTools } from './tools/LogTools'
import { useEventPages } from './useEventPages'
import { useRowCursor } from './useRowCursor'

export function PagedLog() {
  const pages = useEventPages()
  const cursor = useRowCursor(pages.page?.items, pages)
  return (
    <LogFrame cursor={cursor}>
      <LogToolbar onRefresh={pages.refresh} refreshing={pages.fetching} />
      <FilterBar>
        <LogTools />
      </FilterBar>
      <Histogram />
      <ArchivedNote page={pages.page} />
      <ListBar pages={pages}>
        <Total pages={pages} />
      </ListBar>
      <EventList pages={pages} cursor={cursor} />
    </LogFrame>
  )
}
