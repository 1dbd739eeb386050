import { describe, expect, it } from 'vitest'
import { endOfActions } from './actionsPlace'

const view = { left: 0, right: 1000 }
const cell = { left: 400, right: 600 }
const width = 56
const place = (mouse: number, rest: Partial<Parameters<typeof endOfActions>[0]> = {}) =>
  endOfActions({ cell, chip: undefined, view, width, mouse, ...rest })

describe('the buttons over a cell', () => {
  it('stand at its end, or before the mouse when that is there', () => {
    expect(place(420)).toBe(600)
    expect(place(590)).toBe(582)
  })
  it('stay in sight where the cell does not', () => {
    expect(place(420, { view: { left: 0, right: 560 } })).toBe(560)
    expect(place(30, { cell: { left: 0, right: 60 } })).toBe(94)
  })
  it('stand beside a chip, never over it', () => {
    const narrow = { left: 896, right: 1000 }
    const chip = { left: 904, right: 956 }
    expect(place(920, { cell: narrow, chip })).toBe(900)
    expect(place(920, { cell: narrow, chip, view: { left: 0, right: 1200 } })).toBe(1016)
    const wide = { left: 896, right: 1100 }
    expect(place(960, { cell: wide, chip, view: { left: 0, right: 1100 } })).toBe(1100)
  })
})
