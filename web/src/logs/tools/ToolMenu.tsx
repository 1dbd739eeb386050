/** A button above the list that opens what it names; what it opens is loaded when it is opened. */
import { Button, Popover } from '@mantine/core'
import { Suspense, useState } from 'react'
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
  const [opened, setOpened] = useState(false)
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" trapFocus>
      <Popover.Target>
        <Button
          className={classes.button ?? ''}
          variant="subtle"
          color="gray"
          size="compact-sm"
          h={28}
          leftSection={<Icon name={icon} size={14} />}
          data-marked={marked || undefined}
          aria-label={label}
          onClick={() => setOpened(!opened)}
        >
          <span className={classes.label}>{label}</span>
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={classes.dropdown ?? ''} aria-label={label}>
        <Suspense fallback={<div className={classes.loading} />}>
          {children(() => setOpened(false))}
        </Suspense>
      </Popover.Dropdown>
    </Popover>
  )
}
