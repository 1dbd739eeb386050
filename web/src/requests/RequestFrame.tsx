/** What stands around the requests: title, controls, filters. */
import { t } from '../i18n'
import { FilterBar } from '../logs/filters/FilterBar'
import { LogToolbar } from '../logs/LogToolbar'
import { LogTools } from '../logs/tools/LogTools'
import { usePhone } from '../logs/usePhone'
import { RequestToggles } from './RequestToggles'
import { isToggled } from './toggles'
import classes from './RequestsPage.module.css'

interface RequestFrameProps {
  /** What stands beside the title. */
  total?: React.ReactNode
  onRefresh?: () => void
  refreshing?: boolean
  children: React.ReactNode
}

export function RequestFrame({ total, children, ...refresh }: RequestFrameProps) {
  const isPhone = usePhone()
  return (
    <main className={classes.page}>
      <title>{`${t.pages.requests} · ${t.app.name}`}</title>
      <header className={classes.head}>
        <h1>{t.pages.requests}</h1>
        {total}
      </header>
      <LogToolbar {...refresh} placeholder={t.requests.search}>
        {!isPhone && <RequestToggles />}
      </LogToolbar>
      <FilterBar
        shownElsewhere={isToggled}
        below={isPhone ? <RequestToggles compact /> : undefined}
      >
        <LogTools />
      </FilterBar>
      {children}
    </main>
  )
}
