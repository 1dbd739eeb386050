/** One value: pressing filters for it, with Alt excludes it, and beside it a button copies it. */
import type { Field, Json } from '../../api/types'
import { operatorsOf } from '../../catalogue/operators'
import { visibleText } from '../../format/text'
import { filterText, formatValue } from '../../format/value'
import { t } from '../../i18n'
import { CopyButton } from '../../ui/CopyButton'
import { EventText } from '../../ui/EventText'
import { useLogView } from '../LogView'
import { addFilter } from '../logState'
import { JsonView } from './JsonView'
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
  return (
    <>
      <FilterableValue field={field} value={value}>
        <EventText value={formatValue(field, value, zone)} />
      </FilterableValue>
      <CopyButton
        className={classes.copy}
        size={22}
        text={filterText(value) ?? ''}
        label={t.values.copy(field.label)}
      />
    </>
  )
}

interface FilterableValueProps {
  field: Field
  value: Json
  children: React.ReactNode
}

function FilterableValue({ field, value, children }: FilterableValueProps) {
  const { state, ask } = useLogView()
  const text = filterText(value)
  const operators = operatorsOf(field)
  const monospaced = field.type === 'id' ? ` ${classes.mono ?? ''}` : ''
  const className = `${classes.value ?? ''}${monospaced}`
  if (text === undefined || !field.filter || field.type === 'time' || !operators.includes('eq')) {
    return <span className={className}>{children}</span>
  }
  const filter = (click: React.MouseEvent) => {
    const exclude = click.altKey && operators.includes('ne')
    ask({ filters: addFilter(state.filters, field.name, exclude ? 'ne' : 'eq', text) })
  }
  return (
    <button
      type="button"
      className={className}
      title={t.values.filter(visibleText(text))}
      onClick={filter}
    >
      {children}
    </button>
  )
}
