/** The exact total, always in sight; rows per page; pages. */
import { NativeSelect, Pagination } from '@mantine/core'
import { formatNumber } from '../../format/number'
import { t } from '../../i18n'
import { useLogView } from '../LogView'
import { PAGE_SIZES } from '../logState'
import type { EventPages } from '../useEventPages'
import classes from './ListBar.module.css'

export function ListBar({ pages }: { pages: EventPages }) {
  const { state, pageSize, setPageSize } = useLogView()
  return (
    <div className={classes.bar}>
      <Total pages={pages} />
      <label className={classes.rows}>
        <span>{t.list.rows}</span>
        <NativeSelect
          size="xs"
          value={String(pageSize)}
          onChange={(event) => setPageSize(Number(event.currentTarget.value))}
          data={[...new Set([...PAGE_SIZES, pageSize])].sort((a, b) => a - b).map(String)}
        />
      </label>
      <Pagination
        size="sm"
        gap={2}
        total={pages.pageCount}
        value={state.page}
        onChange={(page) => pages.goTo(page)}
        siblings={1}
        boundaries={1}
        aria-label={t.list.pages}
        getItemProps={(page) => ({ 'aria-label': t.list.page(page) })}
        getControlProps={(control) => ({
          'aria-label': control === 'next' ? t.list.nextPage : t.list.previousPage,
        })}
      />
    </div>
  )
}

function Total({ pages }: { pages: EventPages }) {
  const total = pages.page && formatNumber(pages.page.total)
  const all = pages.totalInRange
  return (
    <output className={classes.total} data-stale={pages.stale || undefined} aria-live="polite">
      {total === undefined
        ? pages.error === null
          ? t.list.counting
          : t.values.none
        : all === undefined
          ? t.list.total(total)
          : t.list.totalOf(total, formatNumber(all))}
    </output>
  )
}
