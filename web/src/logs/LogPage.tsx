/** One log: controls, histogram and list at the left, the open event at the right. */
import { Suspense, lazy } from 'react'
import { useLogView } from './LogView'
import { LOG_PANEL_ID, tabId } from './StreamTabs'
import { FilterBar } from './filters/FilterBar'
import { Histogram } from './histogram/Histogram'
import { LogToolbar } from './LogToolbar'
import { EventList } from './table/EventList'
import { ListBar } from './table/ListBar'
import { Total } from './table/Total'
import { useEventPages } from './useEventPages'
import { useRowCursor } from './useRowCursor'
import { PanelSkeleton } from './panel/PanelSkeleton'
import classes from './LogPage.module.css'

const EventPanel = lazy(() => import('./panel/EventPanel'))

export function LogPage() {
  const { stream, state } = useLogView()
  const pages = useEventPages()
  const cursor = useRowCursor(pages.page?.items, pages)
  return (
    <div
      className={classes.page}
      id={LOG_PANEL_ID}
      role="tabpanel"
      aria-labelledby={tabId(stream)}
      data-open={state.open !== undefined || undefined}
    >
      <div className={classes.list}>
        <LogToolbar onRefresh={pages.refresh} refreshing={pages.fetching} />
        <FilterBar />
        <Histogram />
        <ListBar pages={pages}>
          <Total pages={pages} />
        </ListBar>
        <EventList pages={pages} cursor={cursor} />
      </div>
      {state.open !== undefined && (
        <aside className={classes.panel}>
          <Suspense fallback={<PanelSkeleton />}>
            <EventPanel id={state.open} onMove={cursor.moveOpen} canMove={cursor.canMove} />
          </Suspense>
        </aside>
      )}
    </div>
  )
}
