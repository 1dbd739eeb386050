/** Where the buttons over a cell stand. */

/** From left to right, in pixels. */
export interface Extent {
  left: number
  right: number
}

interface Surroundings {
  cell: Extent
  /** What must stay readable in it. */
  chip: Extent | undefined
  mouse: number
  /** What is in sight of the table. */
  view: Extent
  /** How wide the buttons are. */
  width: number
}

const GAP_PX = 4
const FROM_MOUSE_PX = 8

/**
 * Where the buttons end: at the end of the cell if that can be, else beside its chip or beside the mouse.
 * They are in sight, never where the mouse is, and never over the chip.
 */
export function endOfActions({ cell, chip, mouse, view, width }: Surroundings): number {
  const beforeMouse = mouse - FROM_MOUSE_PX
  const besideChip = chip ? [chip.right + GAP_PX + width, chip.left - GAP_PX] : []
  const afterMouse = mouse + FROM_MOUSE_PX + width
  const ends = [Math.min(cell.right, view.right), ...besideChip, beforeMouse, afterMouse]
  const isFree = (end: number) =>
    end <= view.right &&
    end - width >= view.left &&
    (mouse < end - width || mouse > end) &&
    (chip === undefined || chip.right <= end - width || chip.left >= end)
  return ends.find(isFree) ?? beforeMouse
}
