/** One filter in words. Pressing it opens its editor; the cross removes it. */
import { Popover, UnstyledButton } from '@mantine/core'
import { useState } from 'react'
import { labelOf } from '../../catalogue/catalogue'
import { describeCondition } from '../../catalogue/operators'
import { t } from '../../i18n'
import { Icon } from '../../ui/Icon'
import { useLogView } from '../LogView'
import { replaceFilter, type Filter } from '../logState'
import { FilterEditor } from './FilterEditor'
import classes from './FilterChip.module.css'
import bar from './FilterBar.module.css'

export function FilterChip({ filter }: { filter: Filter }) {
  const { fields, state, ask } = useLogView()
  const [opened, setOpened] = useState(false)
  const field = fields.byName.get(filter.field)
  const label = labelOf(fields, filter.field)
  const [operator, values] = describeCondition(field, filter)
  const text = `${label} ${operator} ${values}`.trim()
  const remove = () =>
    ask({ filters: replaceFilter(state.filters, filter, { ...filter, values: [] }) })

  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" width={292} trapFocus>
      <span className={classes.chip}>
        <Popover.Target>
          <UnstyledButton
            className={classes.text ?? ''}
            aria-label={t.filters.edit(text)}
            title={text}
            disabled={!field}
            onClick={() => setOpened(!opened)}
          >
            <span className={classes.label}>{label}</span>
            <span className={classes.operator}>{operator}</span>
            <bdi className={classes.values}>{values}</bdi>
          </UnstyledButton>
        </Popover.Target>
        <UnstyledButton
          className={classes.remove ?? ''}
          aria-label={t.filters.remove(text)}
          onClick={remove}
        >
          <Icon name="close" size={12} />
        </UnstyledButton>
      </span>
      {field && (
        <Popover.Dropdown className={bar.dropdown ?? ''} aria-label={t.filters.edit(text)}>
          <FilterEditor field={field} filter={filter} onDone={() => setOpened(false)} />
        </Popover.Dropdown>
      )}
    </Popover>
  )
}
