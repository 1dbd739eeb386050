/** A value that filters: pressing it asks for it alone, with Alt for all but it; a time asks for what is around it. */
import type { Field, Json } from '../../api/types'
import { describeFilterValue } from '../../catalogue/operators'
import { t } from '../../i18n'
import { askAround, NEAR } from '../filters/aroundTime'
import { useLogView } from '../LogView'
import type { Filter, LogState } from '../logState'
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
  const press = field && pressOf(field, value)
  const monospaced = field?.type === 'id' ? ` ${classes.mono ?? ''}` : ''
  const className = `${classes.value ?? ''}${monospaced}`
  if (!press) return <span className={className}>{children}</span>
  return (
    <button
      type="button"
      className={className}
      title={press.title}
      data-value
      onClick={(click) => {
        const patch = press.asks(state.filters, click.altKey)
        if (patch) ask(patch)
      }}
    >
      {children}
    </button>
  )
}

interface Press {
  title: string
  asks: (filters: Filter[], exclude: boolean) => Partial<LogState> | undefined
}

/** What pressing a value does; undefined where it asks nothing. */
function pressOf(field: Field, value: Json): Press | undefined {
  if (field.type === 'time' && field.filter && typeof value === 'string') {
    return {
      title: t.values.around(t.timeline.arounds[NEAR]),
      asks: (filters, exclude) => (exclude ? undefined : askAround(filters, field.name, value)),
    }
  }
  const filter = valueFilter(field, value)
  // Of a text one wants to mark and copy a piece; a button beside it filters.
  if (filter?.operator !== 'eq') return undefined
  return {
    title: t.values.filter(describeFilterValue(field, filter.value)),
    asks: (filters, exclude) => ({ filters: pressed(filters, filter, exclude) }),
  }
}
