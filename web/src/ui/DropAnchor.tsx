/** Stands in Mantine's tree for the element a dropdown belongs to, which is elsewhere on the page. */
import { useLayoutEffect } from 'react'

interface DropAnchorProps {
  element: HTMLElement | null
  ref?: (element: HTMLElement | null) => void
}

export function DropAnchor({ element, ref }: DropAnchorProps) {
  useLayoutEffect(() => {
    ref?.(element)
  }, [ref, element])
  return null
}
