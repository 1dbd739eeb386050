/**
 * What a button opens beside itself: `useDrop` makes an element its target, `Drop` is what opens there.
 * The machinery that places it is loaded when a pointer or the focus comes near, not with the page.
 */
import { Suspense, lazy, useId, useState } from 'react'
import { part } from '../api/parts'
import type { DropPanelProps } from './DropPanel'

const load = part(() => import('./DropPanel'))
const DropPanel = lazy(load)
/** Whether that works is told to whoever opens it. */
const preload = () => void load().catch(() => undefined)

export interface Dropping {
  id: string
  anchor: HTMLElement | null
  opened: boolean
  setOpened: (opened: boolean) => void
}

type Kind = 'dialog' | 'menu'

/** The state of one drop, and what its target must be given. */
export function useDrop(kind: Kind = 'dialog') {
  const id = useId()
  const [anchor, setAnchor] = useState<HTMLElement | null>(null)
  const [opened, setOpened] = useState(false)
  const drop: Dropping = { id, anchor, opened, setOpened }
  const target = {
    ref: setAnchor,
    // The ids that Mantine's own targets and dropdowns have.
    id: `${id}-target`,
    'aria-haspopup': kind,
    'aria-expanded': opened,
    'aria-controls': opened ? `${id}-dropdown` : undefined,
    onPointerEnter: preload,
    onFocus: preload,
    onClick: () => setOpened(!opened),
  } as const
  return { drop, target }
}

/** Costs nothing until it is opened for the first time. */
export function Drop(props: DropPanelProps) {
  const [needed, setNeeded] = useState(false)
  if (props.drop.opened && !needed) setNeeded(true)
  return (
    needed && (
      <Suspense>
        <DropPanel {...props} />
      </Suspense>
    )
  )
}
