/** One log page by page: controls, histogram, list. */
import { ArchivedNote } from './ArchivedNote'
import { OutdatedNotice } from './empty/OutdatedNotice'
import { FilterBar } from './filters/FilterBar'
import { Histogram } from './histogram/Histogram'
import { LogFrame } from './LogFrame'
import { LogToolbar } from './LogToolbar'
import { EventList } from './table/EventList'
import { ListBar } from './table/ListBar'
import { Total } from './table/Total'
import { LogTools } from './tools/LogTools'
import { useEventPages } from './useEventPages'
import { usePageKeys } from './usePageKeys'
import { useRowCursor } from './useRowCursor'

export function PagedLog() {
  const pages = useEventPages()
  const cursor = useRowCursor(pages.page?.items, pages)
  usePageKeys(pages)
  return (
    <LogFrame cursor={cursor}>
      <LogToolbar onRefresh={pages.refresh} refreshing={pages.fetching} />
      <FilterBar>
        <LogTools />
      </FilterBar>
      <Histogram />
      <OutdatedNotice pages={pages} />
      <ArchivedNote page={pages.page} />
      <ListBar pages={pages}>
        <Total pages={pages} />
      </ListBar>
      <EventList pages={pages} cursor={cursor} />
    </LogFrame>
  )
}
