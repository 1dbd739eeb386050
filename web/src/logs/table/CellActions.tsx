/**
 * Buttons over the cell under the mouse: only this value, anything but this value, and the id of what
 * it names, to copy. One set for the whole table, never where the mouse is: whoever presses there means
 * the row. The details of an event offer the same to keyboards and fingers.
 */
import { useState } from 'react'
import type { LogEvent } from '../../api/types'
import { visibleText } from '../../format/text'
import { t } from '../../i18n'
import { Icon } from '../../ui/Icon'
import { useLogView } from '../LogView'
import { addFilter } from '../logState'
import { CopyButton } from '../../ui/CopyButton'
import { cellFilter, cellId, type CellFilter } from './cellFilter'
import classes from './CellActions.module.css'

interface Place {
  cell: HTMLElement
  event: LogEvent
  filter: CellFilter
  id: string | undefined
  /** Where they end. */
  right: number
  top: number
  height: number
}

/** What three buttons take. */
const ACTIONS_PX = 84

/** The end of the cell, or before the mouse when that is there. */
function endOf(cell: HTMLElement, mouse: number): number {
  const { left, right } = cell.getBoundingClientRect()
  return right - mouse < ACTIONS_PX ? mouse - left - 8 : cell.offsetWidth
}

interface CellActionsProps {
  events: LogEvent[]
  children: React.ReactNode
}

/** Wraps a table whose cells say their column in `data-field` and whose rows their event in `data-id`. */
export function CellActions({ events, children }: CellActionsProps) {
  const { fields } = useLogView()
  const [place, setPlace] = useState<Place>()
  const onOver = (pointer: React.PointerEvent) => {
    if (pointer.pointerType !== 'mouse' || !(pointer.target instanceof Element)) return
    if (pointer.target.closest(`[data-actions]`)) return
    const cell = pointer.target.closest<HTMLElement>('td[data-field]') ?? undefined
    const id = cell?.closest<HTMLElement>('tr')?.dataset['id']
    const event = events.find((one) => one.id === id)
    // They stay where they are, so that the mouse can reach them.
    if (place && cell === place.cell && event === place.event) return
    const column = cell?.dataset['field'] ?? ''
    const filter = cell && event && cellFilter(fields, event, column)
    setPlace(
      filter && {
        cell,
        event,
        filter,
        id: cellId(event, column),
        right: cell.offsetLeft + endOf(cell, pointer.clientX),
        top: cell.offsetTop,
        height: cell.offsetHeight,
      },
    )
  }
  return (
    <div className={classes.wrap} onPointerOver={onOver} onPointerLeave={() => setPlace(undefined)}>
      {children}
      {place && <Actions {...place} onDone={() => setPlace(undefined)} />}
    </div>
  )
}

type ActionsProps = Omit<Place, 'cell' | 'event'> & { onDone: () => void }

function Actions({ filter, id, right, top, height, onDone }: ActionsProps) {
  const { state, ask } = useLogView()
  const add = (operator: 'eq' | 'ne') => {
    ask({ filters: addFilter(state.filters, filter.field, operator, filter.value) })
    onDone()
  }
  const value = visibleText(filter.value)
  return (
    <div className={classes.actions} style={{ left: right, top, height }} data-actions>
      <button
        type="button"
        tabIndex={-1}
        title={t.values.include(value)}
        aria-label={t.values.include(value)}
        onClick={() => add('eq')}
      >
        <Icon name="plus" size={12} />
      </button>
      {filter.excludable && (
        <button
          type="button"
          tabIndex={-1}
          title={t.values.exclude(value)}
          aria-label={t.values.exclude(value)}
          onClick={() => add('ne')}
        >
          <Icon name="minus" size={12} />
        </button>
      )}
      {id !== undefined && (
        <CopyButton key={id} text={id} label={t.values.copyId(visibleText(id))} size={22} />
      )}
    </div>
  )
}
