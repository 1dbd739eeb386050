/** A column's name; pressing it sorts, where the catalogue says that this can be sorted. */
import { UnstyledButton } from '@mantine/core'
import { t } from '../../i18n'
import { Icon } from '../../ui/Icon'
import { useLogView } from '../LogView'
import type { Column } from '../presentation'
import { nextSort, shownSort, sortOf } from './sort'
import classes from './EventTable.module.css'

export function ColumnHeader({ column }: { column: Column }) {
  const { state, ask } = useLogView()
  const { field, alignRight } = column
  const label = t.columns[field.name] ?? field.label
  const sort = shownSort(state)
  const direction = sortOf(sort, field.name)
  return (
    <th scope="col" aria-sort={direction} data-right={alignRight || undefined}>
      {field.sort ? (
        <UnstyledButton
          className={classes.sort ?? ''}
          onClick={() => ask({ sort: nextSort(sort, field), live: false })}
        >
          <span>{label}</span>
          <Icon name={direction === 'ascending' ? 'up' : 'down'} size={13} />
        </UnstyledButton>
      ) : (
        <div className={classes.sort}>
          <span>{label}</span>
        </div>
      )}
    </th>
  )
}
