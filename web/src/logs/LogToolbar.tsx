/** Time range first, then search, then refresh. */
import { ActionIcon, Tooltip } from '@mantine/core'
import { t } from '../i18n'
import { Icon } from '../ui/Icon'
import { SearchBox } from './SearchBox'
import { TimeRangePicker } from './range/TimeRangePicker'
import classes from './LogToolbar.module.css'

interface LogToolbarProps {
  onRefresh: () => void
  refreshing: boolean
}

export function LogToolbar({ onRefresh, refreshing }: LogToolbarProps) {
  return (
    <div className={classes.bar}>
      <TimeRangePicker />
      <SearchBox />
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
    </div>
  )
}
