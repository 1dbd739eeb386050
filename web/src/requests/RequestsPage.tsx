/** The calls of the platform for people who debug them: what was asked, what came back, and why not. */
import { Suspense, lazy } from 'react'
import { part } from '../api/parts'
import { NotForRolePage } from '../app/ErrorPage'
import { ArchivedNote } from '../logs/ArchivedNote'
import { OutdatedNotice } from '../logs/empty/OutdatedNotice'
import { Histogram } from '../logs/histogram/Histogram'
import { LogViewProvider, useLogView } from '../logs/LogView'
import { RowKeys } from '../logs/RowKeys'
import { ListBar } from '../logs/table/ListBar'
import { Total } from '../logs/table/Total'
import { useEventPages } from '../logs/useEventPages'
import { usePageKeys } from '../logs/usePageKeys'
import { useRowCursor } from '../logs/useRowCursor'
import { useRememberView } from '../logs/views/useRecentViews'
import { useRights } from '../session/rights'
import { RequestFrame } from './RequestFrame'
import { RequestList } from './RequestList'

const LiveRequests = lazy(part(() => import('../live/LiveRequests')))

export function RequestsPage() {
  const { streams } = useRights()
  if (!streams.includes('usage')) return <NotForRolePage />
  return (
    <LogViewProvider place="requests">
      <Requests />
    </LogViewProvider>
  )
}

function Requests() {
  const { state } = useLogView()
  useRememberView()
  return state.live ? (
    <Suspense>
      <LiveRequests />
    </Suspense>
  ) : (
    <PagedRequests />
  )
}

function PagedRequests() {
  const pages = useEventPages()
  const cursor = useRowCursor(pages.page?.items, pages)
  usePageKeys(pages)
  return (
    <>
      <RequestFrame
        total={<Total pages={pages} />}
        onRefresh={pages.refresh}
        refreshing={pages.fetching}
      >
        <Histogram />
        <OutdatedNotice pages={pages} />
        <ArchivedNote page={pages.page} />
        <ListBar pages={pages} />
        <RequestList pages={pages} marked={cursor.marked} />
      </RequestFrame>
      <RowKeys cursor={cursor} />
    </>
  )
}
