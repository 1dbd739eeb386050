/** Says that what is on screen could not be brought up to date: since when, why, and how to try again. */
import { Button } from '@mantine/core'
import { ConnectionError } from '../../api/errors'
import { formatClock } from '../../format/time'
import { t } from '../../i18n'
import { describeError } from '../../ui/describeError'
import { Notice } from '../../ui/Notice'
import { useLogView } from '../LogView'
import type { EventPages } from '../useEventPages'
import classes from './OutdatedNotice.module.css'

export function OutdatedNotice({ pages }: { pages: EventPages }) {
  const { zone } = useLogView()
  const { page, error, stale, fetchedAt } = pages
  if (page === undefined || error === null || stale) return null
  return (
    <div className={classes.outdated}>
      <Notice
        tone="bad"
        title={t.list.outdated(formatClock(new Date(fetchedAt), zone).slice(0, 8))}
      >
        {/* The banner above every page tells of a lost connection, and tries by itself. */}
        {!(error instanceof ConnectionError) && (
          <span className={classes.cause}>
            {describeError(error)}
            <Button size="compact-xs" variant="default" onClick={pages.refresh}>
              {t.errors.retry}
            </Button>
          </span>
        )}
      </Notice>
    </div>
  )
}
