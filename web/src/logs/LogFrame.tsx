/** A list at the left, the open event at the right. */
import { Suspense, lazy } from 'react'
import { part } from '../api/parts'
import { useLogView } from './LogView'
import { RowKeys } from './RowKeys'
import { LOG_PANEL_ID, tabId } from './StreamTabs'
import { PanelEdge } from './panel/PanelEdge'
import { PanelSkeleton } from './panel/PanelSkeleton'
import { usePanelWidth } from './panel/usePanelWidth'
import type { RowCursor } from './useRowCursor'
import split from '../ui/Split.module.css'
import classes from './LogFrame.module.css'

const EventPanel = lazy(part(() => import('./panel/EventPanel')))

interface LogFrameProps {
  cursor: RowCursor
  children: React.ReactNode
}

export function LogFrame({ cursor, children }: LogFrameProps) {
  const { stream, state } = useLogView()
  const panel = usePanelWidth()
  return (
    <div
      className={split.split}
      id={LOG_PANEL_ID}
      role="tabpanel"
      aria-labelledby={tabId(stream)}
      data-open={state.open !== undefined || undefined}
      style={panel.style}
    >
      <div className={classes.list}>{children}</div>
      {state.open !== undefined && (
        <aside className={split.panel}>
          <PanelEdge {...panel} />
          <Suspense fallback={<PanelSkeleton />}>
            <EventPanel open={state.open} onMove={cursor.moveOpen} canMove={cursor.canMove} />
          </Suspense>
        </aside>
      )}
      <RowKeys cursor={cursor} />
    </div>
  )
}
