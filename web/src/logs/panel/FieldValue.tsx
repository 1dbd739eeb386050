/** One value and what can be done with it: filter for it, exclude it, copy it. */
import { ActionIcon } from '@mantine/core'
import type { Field, Json } from '../../api/types'
import { describeFilterValue } from '../../catalogue/operators'
import { filterText, formatValue } from '../../format/value'
import { t } from '../../i18n'
import { CopyButton } from '../../ui/CopyButton'
import { EventText } from '../../ui/EventText'
import { Icon } from '../../ui/Icon'
import { useLogView } from '../LogView'
import { pressed, valueFilter, type CellFilter } from '../table/cellFilter'
import { FilterableValue } from './FilterableValue'
import { JsonView } from './JsonView'
import { LongText } from './LongText'
import classes from './FieldGroups.module.css'

export function FieldValue({ field, value }: { field: Field; value: Json }) {
  const { zone } = useLogView()
  if (typeof value === 'object' && value !== null) {
    return (
      <div className={classes.json}>
        <JsonView value={value} />
      </div>
    )
  }
  const filter = valueFilter(field, value)
  return (
    <>
      <div className={classes.text}>
        <LongText text={formatValue(field, value, zone)}>
          {(shown) => (
            <FilterableValue field={field} value={value}>
              <EventText value={shown} breaks />
            </FilterableValue>
          )}
        </LongText>
      </div>
      {filter?.operator === 'contains' && <FilterButton filter={filter} exclude={false} />}
      {filter?.excludable && <FilterButton filter={filter} exclude />}
      <CopyButton
        className={classes.action}
        size={22}
        text={filterText(value) ?? ''}
        label={t.values.copy(field.label)}
      />
    </>
  )
}

/** What pressing the value cannot say, or only with Alt, which fingers do not have. */
function FilterButton({ filter, exclude }: { filter: CellFilter; exclude: boolean }) {
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
