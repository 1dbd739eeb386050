/** The loaded half of `Drop`. It opens when what it shows is there, so that it never changes its size. */
import { Popover, type PopoverProps } from '@mantine/core'
import { Fragment, useEffect, useState, useTransition } from 'react'
import { DropAnchor } from './DropAnchor'
import type { Dropping } from './Drop'
import { useKeptFocus } from './useKeptFocus'
import classes from './DropPanel.module.css'

export interface DropPanelProps {
  drop: Dropping
  label: string
  position: NonNullable<PopoverProps['position']>
  width?: number
  children: React.ReactNode
}

export default function DropPanel({ drop, label, position, width, children }: DropPanelProps) {
  const opened = useOpened(drop)
  const [dropdown, setDropdown] = useState<HTMLElement | null>(null)
  const openings = useOpenings(opened)
  useKeptFocus(dropdown, opened)
  return (
    <Popover
      id={drop.id}
      opened={opened}
      onChange={drop.setOpened}
      position={position}
      width={width ?? 'max-content'}
      trapFocus
    >
      <Popover.Target>
        <DropAnchor element={drop.anchor} />
      </Popover.Target>
      <Popover.Dropdown ref={setDropdown} className={classes.dropdown ?? ''} aria-label={label}>
        <Fragment key={openings}>{children}</Fragment>
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

/** How often it was opened: opened again while it still fades, it begins anew all the same. */
function useOpenings(opened: boolean): number {
  const [last, setLast] = useState({ opened, count: 0 })
  if (last.opened !== opened) setLast({ opened, count: last.count + Number(opened) })
  return last.count
}
