/** Rows per page, pages, and at the right the exact total: always in sight. */
import { NativeSelect, Pagination, UnstyledButton } from '@mantine/core'
import { formatNumber } from '../../format/number'
import { t } from '../../i18n'
import { useLogView } from '../LogView'
import { PAGE_SIZES } from '../logState'
import type { EventPages } from '../useEventPages'
import classes from './ListBar.module.css'

interface ListBarProps {
  pages: EventPages
  /** What stands at the right. */
  children?: React.ReactNode
}

export function ListBar({ pages, children }: ListBarProps) {
  const { state, pageSize, setPageSize } = useLogView()
  return (
    <div className={classes.bar}>
      <label className={classes.rows}>
        <span>{t.list.rows}</span>
        <NativeSelect
          size="xs"
          aria-label={t.list.rows}
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
      {pages.newer > 0 && (
        <UnstyledButton
          className={classes.newer ?? ''}
          title={t.list.newerHint}
          onClick={pages.showNewer}
        >
          {t.list.newer(formatNumber(pages.newer))}
        </UnstyledButton>
      )}
      <div className={classes.right}>{children}</div>
    </div>
  )
}
