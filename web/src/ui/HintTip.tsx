/** One hint on the screen; it follows its words while they change (`Copy` becomes `Copied`). */
import { Tooltip } from '@mantine/core'
import { useSyncExternalStore } from 'react'

export default function HintTip({ target }: { target: HTMLElement }) {
  const label = useSyncExternalStore(
    (onChange) => {
      const observer = new MutationObserver(onChange)
      observer.observe(target, { attributeFilter: ['data-hint'] })
      return () => observer.disconnect()
    },
    () => target.dataset['hint'],
  )
  const position = target.dataset['hintSide'] === 'right' ? 'right' : 'top'
  if (label === undefined) return null
  return <Tooltip opened target={target} label={label} position={position} />
}
