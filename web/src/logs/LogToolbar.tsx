/** Time range first, then search, what the page adds, then refreshing by hand or by itself. */
import { ActionIcon } from '@mantine/core'
import { t } from '../i18n'
import { useShortcuts } from '../keyboard/useShortcuts'
import { Icon } from '../ui/Icon'
import { useLogView } from './LogView'
import { SearchBox } from './SearchBox'
import { ToolbarToggle } from './ToolbarToggle'
import { TimeRangePicker } from './range/TimeRangePicker'
import classes from './LogToolbar.module.css'

interface LogToolbarProps {
  /** Absent where the list refreshes itself. */
  onRefresh?: () => void
  refreshing?: boolean
  /** What the search looks into, when the catalogue's own words are not the best. */
  placeholder?: string
  children?: React.ReactNode
}

export function LogToolbar({ onRefresh, refreshing, placeholder, children }: LogToolbarProps) {
  const { state, show, auto, setAuto } = useLogView()
  const setLive = (live: boolean) => show({ live })
  useShortcuts({
    l: () => setLive(!state.live),
    r: () => onRefresh?.(),
    a: () => onRefresh && setAuto(!auto),
  })
  return (
    <div className={classes.bar}>
      <TimeRangePicker />
      <SearchBox placeholder={placeholder} />
      {children}
      <div className={classes.refreshing}>
        {onRefresh && (
          <>
            <ActionIcon
              className={classes.refresh ?? ''}
              variant="default"
              size={34}
              aria-label={t.list.refresh}
              data-hint={t.list.refresh}
              data-busy={refreshing || undefined}
              onClick={onRefresh}
            >
              <Icon name="refresh" />
            </ActionIcon>
            <ToolbarToggle
              label={t.list.auto}
              hint={t.list.autoHint}
              on={auto}
              onChange={setAuto}
            />
          </>
        )}
        <ToolbarToggle
          label={t.live.button}
          hint={t.live.hint}
          on={state.live}
          onChange={setLive}
        />
      </div>
    </div>
  )
}
