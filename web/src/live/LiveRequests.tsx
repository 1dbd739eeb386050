/** Requests as they come in. */
import { RequestFrame } from '../requests/RequestFrame'
import { RequestTable } from '../requests/RequestTable'
import { RowKeys } from '../logs/RowKeys'
import { NO_PAGES, useRowCursor } from '../logs/useRowCursor'
import list from '../requests/RequestList.module.css'
import { LiveBar } from './LiveBar'
import { LiveEmpty } from './LiveEmpty'
import { LiveRefused } from './LiveRefused'
import { useTail } from './useTail'

export default function LiveRequests() {
  const tail = useTail()
  const cursor = useRowCursor(tail.shown, NO_PAGES)
  return (
    <>
      <RequestFrame>
        <LiveBar tail={tail} />
        <LiveRefused tail={tail} />
        <div className={list.list}>
          {tail.shown.length === 0 ? (
            <LiveEmpty tail={tail} />
          ) : (
            <RequestTable events={tail.shown} stale={false} marked={cursor.marked} />
          )}
        </div>
      </RequestFrame>
      <RowKeys cursor={cursor} />
    </>
  )
}
