/** One filter in words. Pressing it opens its editor; the cross removes it. */
import { UnstyledButton } from '@mantine/core'
import { lazy } from 'react'
import { part } from '../../api/parts'
import { labelOf } from '../../catalogue/catalogue'
import { describeCondition } from '../../catalogue/operators'
import { t } from '../../i18n'
import { Drop, useDrop } from '../../ui/Drop'
import { Icon } from '../../ui/Icon'
import { useLogView } from '../LogView'
import { replaceFilter, type Filter } from '../logState'
import classes from './FilterChip.module.css'

const FilterEditor = lazy(part(() => import('./FilterEditor')))

export function FilterChip({ filter }: { filter: Filter }) {
  const { fields, state, ask } = useLogView()
  const { drop, target } = useDrop()
  const field = fields.byName.get(filter.field)
  const label = labelOf(fields, filter.field)
  const [operator, values] = describeCondition(field, filter)
  const text = `${label} ${operator} ${values}`.trim()
  const remove = () =>
    ask({ filters: replaceFilter(state.filters, filter, { ...filter, values: [] }) })

  return (
    <>
      <span className={classes.chip}>
        <UnstyledButton
          {...target}
          className={classes.text ?? ''}
          aria-label={t.filters.edit(text)}
          title={text}
          disabled={!field}
        >
          <span className={classes.label}>{label}</span>
          <span className={classes.operator}>{operator}</span>
          <bdi className={classes.values}>{values}</bdi>
        </UnstyledButton>
        <UnstyledButton
          className={classes.remove ?? ''}
          aria-label={t.filters.remove(text)}
          onClick={remove}
        >
          <Icon name="close" size={12} />
        </UnstyledButton>
      </span>
      {field && (
        <Drop drop={drop} label={t.filters.edit(text)} position="bottom-start" width={292}>
          <FilterEditor field={field} filter={filter} onDone={() => drop.setOpened(false)} />
        </Drop>
      )}
    </>
  )
}
