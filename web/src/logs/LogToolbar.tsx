/** Time range first, then search, what the page adds, then refreshing by hand or by itself. */
import { ActionIcon, Tooltip } from '@mantine/core'
import { t } from '../i18n'
import { LiveButton } from '../live/LiveButton'
import { Icon } from '../ui/Icon'
import { AutoButton } from './AutoButton'
import { SearchBox } from './SearchBox'
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
  return (
    <div className={classes.bar}>
      <TimeRangePicker />
      <SearchBox placeholder={placeholder} />
      {children}
      <div className={classes.refreshing}>
        {onRefresh && (
          <>
            <Tooltip label={t.list.refresh}>
              <ActionIcon
                className={classes.refresh ?? ''}
                variant="default"
                size={34}
                aria-label={t.list.refresh}
                data-busy={refreshing || undefined}
                onClick={onRefresh}
              >
                <Icon name="refresh" />
              </ActionIcon>
            </Tooltip>
            <AutoButton />
          </>
        )}
        <LiveButton />
      </div>
    </div>
  )
}
