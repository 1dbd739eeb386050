/** Choosing a piece of the time axis with the pointer, in whole buckets. */
import { useState } from 'react'

export interface Brush {
  /** First and last bucket of the piece being dragged. */
  selected: [number, number] | undefined
  hovered: number | undefined
  handlers: {
    onPointerDown: (event: React.PointerEvent<SVGSVGElement>) => void
    onPointerMove: (event: React.PointerEvent<SVGSVGElement>) => void
    onPointerUp: () => void
    onPointerCancel: () => void
    onPointerLeave: () => void
  }
}

export function useBrush(
  buckets: number,
  width: number,
  onZoom: (first: number, last: number) => void,
): Brush {
  const [start, setStart] = useState<number>()
  const [hovered, setHovered] = useState<number>()
  const bucketAt = (event: React.PointerEvent<SVGSVGElement>) => {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left
    return Math.min(buckets - 1, Math.max(0, Math.floor((x / width) * buckets)))
  }
  const selected: [number, number] | undefined =
    start === undefined || hovered === undefined
      ? undefined
      : [Math.min(start, hovered), Math.max(start, hovered)]
  const stop = () => setStart(undefined)

  return {
    selected,
    hovered,
    handlers: {
      onPointerDown: (event) => {
        if (event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        const bucket = bucketAt(event)
        setStart(bucket)
        setHovered(bucket)
      },
      onPointerMove: (event) => setHovered(bucketAt(event)),
      onPointerUp: () => {
        if (selected) onZoom(...selected)
        stop()
      },
      onPointerCancel: stop,
      onPointerLeave: () => {
        if (start === undefined) setHovered(undefined)
      },
    },
  }
}
