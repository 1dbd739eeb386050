/** What pressing a value cannot say, or only with Alt, which fingers do not have. */
import { ActionIcon } from '@mantine/core'
import { describeFilterValue } from '../../catalogue/operators'
import { t } from '../../i18n'
import { Icon } from '../../ui/Icon'
import { useLogView } from '../LogView'
import { pressed, type CellFilter } from '../table/cellFilter'
import classes from './FieldGroups.module.css'

export function FilterButton({ filter, exclude }: { filter: CellFilter; exclude: boolean }) {
  const { fields, state, ask } = useLogView()
  const value = describeFilterValue(fields.byName.get(filter.field), filter.value)
  const label = exclude ? t.values.exclude(value) : t.values.containing(value)
  return (
    <ActionIcon
      className={classes.action ?? ''}
      variant="subtle"
      color="gray"
      size={22}
      aria-label={label}
      data-hint={label}
      onClick={() => ask({ filters: pressed(state.filters, filter, exclude) })}
    >
      <Icon name={exclude ? 'minus' : 'search'} size={14} />
    </ActionIcon>
  )
}
