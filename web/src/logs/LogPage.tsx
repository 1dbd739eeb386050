/** One log, page by page or as it grows. */
import { Suspense, lazy } from 'react'
import { part } from '../api/parts'
import { useLogView } from './LogView'
import { PagedLog } from './PagedLog'
import { useRememberView } from './views/useRecentViews'

const LiveLog = lazy(part(() => import('../live/LiveLog')))

export function LogPage() {
  const { state } = useLogView()
  useRememberView()
  return state.live ? (
    <Suspense>
      <LiveLog />
    </Suspense>
  ) : (
    <PagedLog />
  )
}
