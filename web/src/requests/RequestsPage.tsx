/** The calls of the platform for people who debug them: what was asked, what came back, and why not. */
import { NotForRolePage } from '../app/ErrorPage'
import { t } from '../i18n'
import { FilterBar } from '../logs/filters/FilterBar'
import { Histogram } from '../logs/histogram/Histogram'
import { LogToolbar } from '../logs/LogToolbar'
import { LogViewProvider } from '../logs/LogView'
import { ListBar } from '../logs/table/ListBar'
import { Total } from '../logs/table/Total'
import { useEventPages } from '../logs/useEventPages'
import { useRowCursor } from '../logs/useRowCursor'
import { useRights } from '../session/rights'
import { RequestList } from './RequestList'
import { RequestToggles } from './RequestToggles'
import { isToggled } from './toggles'
import classes from './RequestsPage.module.css'

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
  const pages = useEventPages()
  const cursor = useRowCursor(pages.page?.items, pages)
  return (
    <main className={classes.page}>
      <title>{`${t.pages.requests} · ${t.app.name}`}</title>
      <header className={classes.head}>
        <h1>{t.pages.requests}</h1>
        <Total pages={pages} />
      </header>
      <LogToolbar
        onRefresh={pages.refresh}
        refreshing={pages.fetching}
        placeholder={t.requests.search}
      >
        <RequestToggles />
      </LogToolbar>
      <FilterBar shownElsewhere={isToggled} />
      <Histogram />
      <ListBar pages={pages} />
      <RequestList pages={pages} marked={cursor.marked} />
    </main>
  )
}
