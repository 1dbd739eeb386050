/** How many events there are, exactly; announced when it changes. */
import { formatNumber } from '../../format/number'
import { t } from '../../i18n'
import { useLogView } from '../LogView'
import type { EventPages } from '../useEventPages'
import classes from './ListBar.module.css'

export function Total({ pages }: { pages: EventPages }) {
  const { place } = useLogView()
  const [counted, countedOf] =
    place === 'requests' ? [t.list.requests, t.list.requestsOf] : [t.list.total, t.list.totalOf]
  const total = pages.page && formatNumber(pages.page.total)
  const all = pages.totalInRange
  const isOld = pages.stale || pages.error !== null
  return (
    <output className={classes.total} data-stale={isOld || undefined} aria-live="polite">
      {total === undefined
        ? pages.error === null
          ? t.list.counting
          : t.values.none
        : all === undefined
          ? counted(total)
          : countedOf(total, formatNumber(all))}
    </output>
  )
}
