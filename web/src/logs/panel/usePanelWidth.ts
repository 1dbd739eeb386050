/** How wide the panel is beside the list: as the reader left it. */
import { useLocalStorage } from '@mantine/hooks'

/** The width as style sheets know it. */
export const WIDTH = '--panel-width'
export const WIDTH_MIN_PX = 380
export const WIDTH_MAX_PX = 1200

export interface PanelWidth {
  /** Undefined until the reader chose one. */
  width: number | undefined
  setWidth: (width: number | undefined) => void
  style: React.CSSProperties
}

export function usePanelWidth(): PanelWidth {
  const [width, setStored] = useLocalStorage<number | undefined>({
    key: 'daybook-panel-width',
    defaultValue: undefined,
    getInitialValueInEffect: false,
  })
  const setWidth = (next: number | undefined) =>
    setStored(next && Math.round(Math.min(WIDTH_MAX_PX, Math.max(WIDTH_MIN_PX, next))))
  const style = width === undefined ? {} : widthStyle(width)
  return { width, setWidth, style }
}

function widthStyle(width: number): React.CSSProperties {
  const variable: Record<string, string> = { [WIDTH]: `${width}px` }
  return variable
}
