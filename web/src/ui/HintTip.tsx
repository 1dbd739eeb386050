/** One hint on the screen; it follows its words while they change (`Copy` becomes `Copied`). */
import { Tooltip } from '@mantine/core'
import { useSyncExternalStore } from 'react'

/** More is better read in the details. */
const CHARACTERS_MAX = 600

export default function HintTip({ target }: { target: HTMLElement }) {
  const label = useSyncExternalStore(
    (onChange) => {
      const observer = new MutationObserver(onChange)
      observer.observe(target, { attributeFilter: ['data-hint'] })
      return () => observer.disconnect()
    },
    () => target.dataset['hint'] ?? target.textContent.slice(0, CHARACTERS_MAX),
  )
  const position = target.dataset['hintSide'] === 'right' ? 'right' : 'top'
  if (label === '') return null
  return (
    <Tooltip
      opened
      multiline
      maw={480}
      style={{ overflowWrap: 'anywhere' }}
      target={target}
      label={label}
      position={position}
    />
  )
}
