/** One value and what can be done with it: filter for it, exclude it, copy it. */
import type { Field, Json } from '../../api/types'
import { filterText, formatValue } from '../../format/value'
import { t } from '../../i18n'
import { CopyButton } from '../../ui/CopyButton'
import { EventText } from '../../ui/EventText'
import { useLogView } from '../LogView'
import { valueFilter } from '../table/cellFilter'
import { FilterableValue } from './FilterableValue'
import { FilterButton } from './FilterButton'
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
