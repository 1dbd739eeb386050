/** The edge between list and panel: dragged, or moved with the arrow keys; a double click resets it. */
import { useRef } from 'react'
import { t } from '../../i18n'
import { WIDTH, WIDTH_MAX_PX, WIDTH_MIN_PX, type PanelWidth } from './usePanelWidth'
import classes from './PanelEdge.module.css'

const STEP_PX = 32

export function PanelEdge({ width, setWidth }: PanelWidth) {
  const edge = useRef<HTMLDivElement>(null)
  const panel = () => edge.current?.parentElement?.getBoundingClientRect()
  const dragged = (pointer: React.PointerEvent) => (panel()?.right ?? 0) - pointer.clientX
  // While it is dragged only the style changes; drawing the list anew each time would lag behind.
  const onMove = (pointer: React.PointerEvent<HTMLDivElement>) => {
    if (!pointer.currentTarget.hasPointerCapture(pointer.pointerId)) return
    const page = edge.current?.parentElement?.parentElement
    page?.style.setProperty(WIDTH, `${Math.max(WIDTH_MIN_PX, dragged(pointer))}px`)
  }
  const onKey = (event: React.KeyboardEvent) => {
    const step = { ArrowLeft: STEP_PX, ArrowRight: -STEP_PX }[event.key]
    if (step === undefined) return
    setWidth((panel()?.width ?? WIDTH_MIN_PX) + step)
    event.preventDefault()
  }
  return (
    <div
      ref={edge}
      className={classes.edge}
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={t.panel.resize}
      aria-valuemin={WIDTH_MIN_PX}
      aria-valuemax={WIDTH_MAX_PX}
      aria-valuenow={width ?? WIDTH_MIN_PX}
      onPointerDown={(pointer) => pointer.currentTarget.setPointerCapture(pointer.pointerId)}
      onPointerMove={onMove}
      onPointerUp={(pointer) => setWidth(dragged(pointer))}
      onDoubleClick={() => setWidth(undefined)}
      onKeyDown={onKey}
    />
  )
}
