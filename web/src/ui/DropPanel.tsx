/** The loaded half of `Drop`. It opens when what it shows is there, so that it never changes its size. */
import { Popover, type PopoverProps } from '@mantine/core'
import { useEffect, useState, useTransition } from 'react'
import { DropAnchor } from './DropAnchor'
import type { Dropping } from './Drop'
import classes from './DropPanel.module.css'

export interface DropPanelProps {
  drop: Dropping
  label: string
  position: NonNullable<PopoverProps['position']>
  width?: number
  children: React.ReactNode
}

export default function DropPanel({ drop, label, position, width, children }: DropPanelProps) {
  return (
    <Popover
      id={drop.id}
      opened={useOpened(drop)}
      onChange={drop.setOpened}
      position={position}
      width={width ?? 'max-content'}
      trapFocus
    >
      <Popover.Target>
        <DropAnchor element={drop.anchor} />
      </Popover.Target>
      <Popover.Dropdown className={classes.dropdown ?? ''} aria-label={label}>
        {children}
      </Popover.Dropdown>
    </Popover>
  )
}

/** Whether it is open on the screen: a moment after it was asked for, when its parts are loaded. */
export function useOpened({ opened }: Dropping): boolean {
  const [shown, setShown] = useState(false)
  const [, startTransition] = useTransition()
  useEffect(() => {
    startTransition(() => setShown(opened))
  }, [opened])
  return shown && opened
}
