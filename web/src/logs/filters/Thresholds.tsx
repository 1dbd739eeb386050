/** Levels and other words of an order: one of them and all above it, in one press. */
import { UnstyledButton } from '@mantine/core'
import type { Field } from '../../api/types'
import { describeFilterValue, thresholdsOf } from '../../catalogue/operators'
import { t } from '../../i18n'
import { useLogView } from '../LogView'
import { fromValue } from './valueFilters'

interface ThresholdsProps {
  field: Field
  className: string | undefined
  onDone?: () => void
}

export function Thresholds({ field, className, onDone }: ThresholdsProps) {
  const { state, ask } = useLogView()
  const asked = state.filters.find(
    (filter) => filter.field === field.name && filter.operator === 'gte',
  )
  return thresholdsOf(field).map((value) => (
    <UnstyledButton
      key={value}
      className={className ?? ''}
      aria-pressed={asked?.values.includes(value) === true}
      onClick={() => {
        ask({ filters: fromValue(state.filters, field.name, value) })
        onDone?.()
      }}
    >
      {t.filters.andAbove(describeFilterValue(field, value))}
    </UnstyledButton>
  ))
}
