/** The filters in force, each a chip that opens its editor, and the way to add one. */
import { Button, Popover } from '@mantine/core'
import { useState } from 'react'
import type { Field } from '../../api/types'
import { t } from '../../i18n'
import { Icon } from '../../ui/Icon'
import { useLogView } from '../LogView'
import { isNarrowed, type Filter } from '../logState'
import { FieldMenu } from './FieldMenu'
import { FilterChip } from './FilterChip'
import { FilterEditor } from './FilterEditor'
import classes from './FilterBar.module.css'

interface FilterBarProps {
  /** Filters that the page shows in another way need no chip. */
  shownElsewhere?: (filter: Filter) => boolean
  /** What else can be done with the list, at the right. */
  children?: React.ReactNode
}

export function FilterBar({ shownElsewhere = () => false, children }: FilterBarProps) {
  const { state, ask } = useLogView()
  const chips = state.filters.filter((filter) => !shownElsewhere(filter))
  return (
    <div className={classes.bar}>
      <AddFilter />
      {chips.map((filter) => (
        <FilterChip key={`${filter.field}.${filter.operator}`} filter={filter} />
      ))}
      {isNarrowed(state) && (
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          onClick={() => ask({ q: '', filters: [] })}
        >
          {t.filters.clear}
        </Button>
      )}
      <div className={classes.tools}>{children}</div>
    </div>
  )
}

function AddFilter() {
  const [opened, setOpened] = useState(false)
  const [field, setField] = useState<Field>()
  const toggle = (open: boolean) => {
    setOpened(open)
    setField(undefined)
  }
  return (
    <Popover opened={opened} onChange={toggle} position="bottom-start" width={292} trapFocus>
      <Popover.Target>
        <Button
          variant="default"
          size="compact-sm"
          h={28}
          leftSection={<Icon name="plus" size={13} />}
          aria-label={t.filters.addLabel}
          onClick={() => toggle(!opened)}
        >
          {t.filters.add}
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={classes.dropdown ?? ''} aria-label={t.filters.addLabel}>
        {field ? (
          <FilterEditor
            key={field.name}
            field={field}
            onBack={() => setField(undefined)}
            onDone={() => toggle(false)}
          />
        ) : (
          <FieldMenu onChoose={setField} />
        )}
      </Popover.Dropdown>
    </Popover>
  )
}
