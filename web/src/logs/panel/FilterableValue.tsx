/** A value that filters: pressing it asks for it alone, with Alt for all but it. */
import type { Field, Json } from '../../api/types'
import { describeFilterValue } from '../../catalogue/operators'
import { t } from '../../i18n'
import { useLogView } from '../LogView'
import { pressed, valueFilter } from '../table/cellFilter'
import classes from './FieldGroups.module.css'

interface FilterableValueProps {
  /** Unknown where the catalogue is older than the event: then it only shows. */
  field: Field | undefined
  value: Json
  children: React.ReactNode
}

export function FilterableValue({ field, value, children }: FilterableValueProps) {
  const { state, ask } = useLogView()
  const filter = field && valueFilter(field, value)
  const monospaced = field?.type === 'id' ? ` ${classes.mono ?? ''}` : ''
  const className = `${classes.value ?? ''}${monospaced}`
  // Of a text one wants to mark and copy a piece; a button beside it filters.
  if (filter?.operator !== 'eq') return <span className={className}>{children}</span>
  return (
    <button
      type="button"
      className={className}
      title={t.values.filter(describeFilterValue(field, filter.value))}
      onClick={(click) => ask({ filters: pressed(state.filters, filter, click.altKey) })}
    >
      {children}
    </button>
  )
}
