/** Every field a list can be ordered by, also those that are no column, and where there are no columns. */
import { ActionIcon } from '@mantine/core'
import type { Field } from '../../api/types'
import { t } from '../../i18n'
import { Icon } from '../../ui/Icon'
import { useLogView } from '../LogView'
import { nameOfSort, shownSort, sortsOf } from '../table/sort'
import classes from './SortMenu.module.css'

export default function SortMenu({ onDone }: { onDone: () => void }) {
  const { fields } = useLogView()
  const sortable = fields.fields.filter((field) => field.sort)
  // What the table shows is what one orders by most.
  const ordered = [...sortable].sort((a, b) => rank(a) - rank(b))
  return (
    <div className={classes.menu}>
      <h2>{t.sort.title}</h2>
      <ul>
        {ordered.map((field) => (
          <SortItem key={field.name} field={field} onDone={onDone} />
        ))}
      </ul>
    </div>
  )
}

function SortItem({ field, onDone }: { field: Field; onDone: () => void }) {
  const { state, ask } = useLogView()
  const shown = shownSort(state)
  return (
    <li>
      <span>{field.label}</span>
      {sortsOf(field).map((sort) => {
        const label = t.sort.by(field.label, nameOfSort(sort, field))
        return (
          <ActionIcon
            key={sort}
            variant={shown === sort ? 'light' : 'subtle'}
            color={shown === sort ? 'ink' : 'gray'}
            size={26}
            aria-label={label}
            data-hint={label}
            aria-pressed={shown === sort}
            onClick={() => {
              ask({ sort, live: false })
              onDone()
            }}
          >
            <Icon name={sort === field.name ? 'up' : 'down'} size={14} />
          </ActionIcon>
        )
      })}
    </li>
  )
}

function rank({ name, column }: Field): number {
  if (name === 'time') return 0
  return column ? 1 : 2
}
