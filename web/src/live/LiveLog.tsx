/** One log as it grows. */
import { useElementSize } from '@mantine/hooks'
import { FilterBar } from '../logs/filters/FilterBar'
import { LogFrame } from '../logs/LogFrame'
import { LogToolbar } from '../logs/LogToolbar'
import { EventRows } from '../logs/table/EventRows'
import { LogTools } from '../logs/tools/LogTools'
import { NO_PAGES, useRowCursor } from '../logs/useRowCursor'
import list from '../logs/table/EventList.module.css'
import { LiveBar } from './LiveBar'
import { LiveEmpty } from './LiveEmpty'
import { LiveRefused } from './LiveRefused'
import { useTail } from './useTail'

export default function LiveLog() {
  const tail = useTail()
  const { ref, width } = useElementSize()
  const cursor = useRowCursor(tail.shown, NO_PAGES)
  return (
    <LogFrame cursor={cursor}>
      <LogToolbar />
      <FilterBar>
        <LogTools />
      </FilterBar>
      <LiveBar tail={tail} />
      <LiveRefused tail={tail} />
      <div className={list.list} ref={ref}>
        {tail.shown.length === 0 ? (
          <LiveEmpty tail={tail} />
        ) : (
          <EventRows width={width} events={tail.shown} stale={false} marked={cursor.marked} />
        )}
      </div>
    </LogFrame>
  )
}
