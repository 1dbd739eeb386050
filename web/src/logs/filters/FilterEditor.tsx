/** The condition on one field: an operator, and values that suit it. */
import { ActionIcon, NativeSelect } from '@mantine/core'
import { useState } from 'react'
import type { Field, Operator } from '../../api/types'
import {
  defaultOperator,
  entryOf,
  isComparison,
  isOrdered,
  operatorsOf,
} from '../../catalogue/operators'
import { t } from '../../i18n'
import { Icon } from '../../ui/Icon'
import { useLogView } from '../LogView'
import { replaceFilter, type Filter } from '../logState'
import { PresenceEntry } from './PresenceEntry'
import { Thresholds } from './Thresholds'
import { TypedEntry } from './TypedEntry'
import { ValueMenu } from './ValueMenu'
import classes from './FilterEditor.module.css'

interface FilterEditorProps {
  field: Field
  /** The filter being changed; absent while a new one is made. */
  filter?: Filter
  onBack?: () => void
  onDone: () => void
}

export default function FilterEditor({ field, filter, onBack, onDone }: FilterEditorProps) {
  const [operator, setOperator] = useState(filter?.operator ?? defaultOperator(field))
  const { values, setValues, moveTo } = useCondition(field, filter, operator)
  const entry = entryOf(field, operator)
  const finish = (next: string[]) => {
    setValues(next)
    onDone()
  }

  return (
    <div>
      <header className={classes.head}>
        {onBack && (
          <ActionIcon
            variant="subtle"
            color="gray"
            size={26}
            aria-label={t.filters.back}
            onClick={onBack}
          >
            <Icon name="left" size={14} />
          </ActionIcon>
        )}
        <h2>{field.label}</h2>
        <NativeSelect
          className={classes.operator ?? ''}
          size="xs"
          aria-label={t.filters.operator}
          value={operator}
          onChange={(event) => {
            const next = event.currentTarget.value as Operator
            if (entryOf(field, next) === entry) moveTo(next)
            setOperator(next)
          }}
          data={operatorsOf(field).map((value) => ({ value, label: t.filters.operators[value] }))}
        />
      </header>
      {isOrdered(field) && entry === 'menu' && (
        <div className={classes.thresholds}>
          <Thresholds field={field} className={classes.threshold} onDone={onDone} />
        </div>
      )}
      {entry === 'menu' ? (
        <ValueMenu
          field={field}
          chosen={values}
          single={isComparison(operator)}
          onChange={setValues}
        />
      ) : entry === 'presence' ? (
        <PresenceEntry value={values[0]} onApply={finish} />
      ) : (
        <TypedEntry key={operator} field={field} entry={entry} values={values} onApply={finish} />
      )}
    </div>
  )
}

/** The values in force for this field and operator, and how to change them. */
function useCondition(field: Field, filter: Filter | undefined, operator: Operator) {
  const { state, ask } = useLogView()
  const find = (wanted: Operator) =>
    state.filters.find((other) => other.field === field.name && other.operator === wanted)
  const current = find(operator) ?? (filter && state.filters.includes(filter) ? filter : undefined)
  const write = (next: Operator, values: string[]) => {
    const replacement = { field: field.name, operator: next, values }
    const filters = current
      ? replaceFilter(state.filters, current, replacement)
      : values.length > 0
        ? [...state.filters, replacement]
        : state.filters
    ask({ filters })
  }
  const values = current?.operator === operator ? current.values : []
  return {
    values,
    setValues: (next: string[]) => write(operator, next),
    /** Keeps the values under another operator: `is` becomes `is not`. */
    moveTo: (next: Operator) => {
      if (values.length > 0 && !find(next)) write(next, values)
    },
  }
}
