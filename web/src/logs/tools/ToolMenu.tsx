/** A button above the list that opens what it names; what it opens is loaded when it is opened. */
import { Button } from '@mantine/core'
import { Drop, useDrop } from '../../ui/Drop'
import { Icon, type IconName } from '../../ui/Icon'
import classes from './ToolMenu.module.css'

interface ToolMenuProps {
  icon: IconName
  label: string
  /** Says that it is set to something out of the ordinary. */
  marked?: boolean
  children: (close: () => void) => React.ReactNode
}

export function ToolMenu({ icon, label, marked = false, children }: ToolMenuProps) {
  const { drop, target } = useDrop()
  return (
    <>
      <Button
        {...target}
        className={classes.button ?? ''}
        variant="subtle"
        color="gray"
        size="compact-sm"
        h={28}
        leftSection={<Icon name={icon} size={14} />}
        data-marked={marked || undefined}
        aria-label={label}
      >
        <span className={classes.label}>{label}</span>
      </Button>
      <Drop drop={drop} label={label} position="bottom-end">
        {children(() => drop.setOpened(false))}
      </Drop>
    </>
  )
}
