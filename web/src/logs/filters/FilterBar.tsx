/** The filters in force, each a chip that opens its editor, and the way to add one. */
import { Button } from '@mantine/core'
import { lazy } from 'react'
import { part } from '../../api/parts'
import { t } from '../../i18n'
import { focusIfFree } from '../../keyboard/focus'
import { useShortcuts } from '../../keyboard/useShortcuts'
import { Icon } from '../../ui/Icon'
import { Drop, useDrop } from '../../ui/Drop'
import { useLogView } from '../LogView'
import { isNarrowed, type Filter } from '../logState'
import { FilterChip } from './FilterChip'
import classes from './FilterBar.module.css'

const NewFilter = lazy(part(() => import('./NewFilter')))

interface FilterBarProps {
  /** Filters that the page shows in another way need no chip. */
  shownElsewhere?: (filter: Filter) => boolean
  /** Further choices, on a line of their own. */
  below?: React.ReactNode
  /** What else can be done with the list, at the right. */
  children?: React.ReactNode
}

export function FilterBar({ shownElsewhere = () => false, below, children }: FilterBarProps) {
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
      {below !== undefined && <div className={classes.below}>{below}</div>}
    </div>
  )
}

function AddFilter() {
  const { drop, target } = useDrop()
  useShortcuts({
    f: (event) => {
      // It is not the first letter of what is looked for.
      event.preventDefault()
      // The menu gives the focus back to what had it.
      focusIfFree(drop.anchor)
      drop.setOpened(true)
    },
  })
  return (
    <>
      <Button
        {...target}
        variant="default"
        size="compact-sm"
        h={28}
        leftSection={<Icon name="plus" size={13} />}
        aria-label={t.filters.addLabel}
      >
        {t.filters.add}
      </Button>
      <Drop drop={drop} label={t.filters.addLabel} position="bottom-start" width={292}>
        <NewFilter onDone={() => drop.setOpened(false)} />
      </Drop>
    </>
  )
}
