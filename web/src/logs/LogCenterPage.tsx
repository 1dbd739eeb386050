/** The log center: four tabs, one page each of the same make. */
import { Suspense, lazy } from 'react'
import { useParams } from '@tanstack/react-router'
import { part } from '../api/parts'
import { isStream } from '../catalogue/catalogue'
import { NotForRolePage } from '../app/ErrorPage'
import { t } from '../i18n'
import { useRights } from '../session/rights'
import { LogPage } from './LogPage'
import { LogViewProvider } from './LogView'
import { StreamTabs } from './StreamTabs'
import classes from './LogCenterPage.module.css'

const LedgerNotice = lazy(part(() => import('../evidence/LedgerNotice')))

export function LogCenterPage() {
  const { stream } = useParams({ from: '/signed-in/logs/$stream' })
  const { streams } = useRights()
  if (!isStream(stream)) return null
  if (!streams.includes(stream)) return <NotForRolePage />
  return (
    <main className={classes.center}>
      <title>{`${t.streams[stream]} · ${t.app.name}`}</title>
      <h1 className="visually-hidden">{t.streams[stream]}</h1>
      <StreamTabs current={stream} />
      {stream === 'audit' && (
        <Suspense>
          <LedgerNotice />
        </Suspense>
      )}
      <LogViewProvider key={stream} place={stream}>
        <LogPage />
      </LogViewProvider>
    </main>
  )
}
