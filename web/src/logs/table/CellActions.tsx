/**
 * Buttons over the cell under the mouse: only this value, anything but this value, and the id of what
 * it names, to copy. One set for the whole table, never where the mouse is: whoever presses there means
 * the row, or with Alt to exclude the value. The details of an event offer the same to keyboards and
 * fingers.
 */
import { useState } from 'react'
import { indexOfRef, refOf } from '../../api/eventRef'
import type { LogEvent } from '../../api/types'
import type { StreamFields } from '../../catalogue/catalogue'
import { describeFilterValue } from '../../catalogue/operators'
import { visibleText } from '../../format/text'
import { t } from '../../i18n'
import { Icon } from '../../ui/Icon'
import { useLogView } from '../LogView'
import { CopyButton } from '../../ui/CopyButton'
import { endOfActions } from './actionsPlace'
import { cellFilter, cellId, partFilter, pressed, type CellFilter } from './cellFilter'
import classes from './CellActions.module.css'

/** What an element of the table stands for. */
interface Target {
  cell: HTMLElement
  event: LogEvent
  /** The field of the part of the cell, where it tells several things; empty for its main one. */
  part: string
  filter: CellFilter
  id: string | undefined
}

interface Place extends Target {
  /** Where they end. */
  right: number
  top: number
  height: number
}

/** What a button takes, and what stands around all of them. */
const BUTTON_PX = 24
const AROUND_PX = 8

/** Where the buttons end within the wrap. */
function endOf({ cell, filter, id }: Target, mouse: number, wrap: HTMLElement): number {
  const count = 1 + Number(filter.excludable) + Number(id !== undefined)
  const list = wrap.parentElement ?? wrap
  const { left } = list.getBoundingClientRect()
  const end = endOfActions({
    cell: cell.getBoundingClientRect(),
    chip: cell.querySelector('[data-tone]')?.getBoundingClientRect(),
    mouse,
    view: { left, right: left + list.clientWidth },
    width: count * BUTTON_PX + AROUND_PX,
  })
  return end - wrap.getBoundingClientRect().left
}

function partOf(element: Element): string | undefined {
  return element.closest<HTMLElement>('[data-part]')?.dataset['part']
}

/** What a cell tells first, which it stands for where nothing of it is. */
function firstPartOf(cell: HTMLElement): string {
  return cell.querySelector<HTMLElement>('[data-part]')?.dataset['part'] ?? ''
}

/** The event of the row that a cell is in. */
function eventOf(cell: HTMLElement, events: LogEvent[]): LogEvent | undefined {
  const row = cell.closest('tr')
  const ref = { id: row?.dataset['id'] ?? '', origin: row?.dataset['origin'] }
  return events[indexOfRef(events.map(refOf), ref)]
}

function targetOf(element: Element, fields: StreamFields, events: LogEvent[]): Target | undefined {
  const cell = element.closest<HTMLElement>('td[data-field]')
  const event = cell && eventOf(cell, events)
  if (!cell || !event) return undefined
  const column = cell.dataset['field'] ?? ''
  const part = partOf(element) ?? firstPartOf(cell)
  const filter = part === '' ? cellFilter(fields, event, column) : partFilter(fields, event, part)
  return filter && { cell, event, part, filter, id: cellId(event, column) }
}

interface CellActionsProps {
  events: LogEvent[]
  children: React.ReactNode
}

/**
 * Wraps a table whose cells say their column in `data-field` and whose rows their event in `data-id` and
 * `data-origin`; in a cell that tells several things each says its field in `data-part`, the main one nothing.
 */
export function CellActions({ events, children }: CellActionsProps) {
  const { fields, state, ask } = useLogView()
  const [place, setPlace] = useState<Place>()
  const onOver = (pointer: React.PointerEvent<HTMLElement>) => {
    if (pointer.pointerType !== 'mouse' || !(pointer.target instanceof Element)) return
    if (pointer.target.closest(`[data-actions]`)) return
    const part = partOf(pointer.target)
    const target = targetOf(pointer.target, fields, events)
    // They stay where they are, so that the mouse can reach them.
    const isSame = place && target?.cell === place.cell && target.event === place.event
    if (isSame && (part === undefined || part === place.part)) return
    setPlace(
      target && {
        ...target,
        right: endOf(target, pointer.clientX, pointer.currentTarget),
        top: target.cell.offsetTop,
        height: target.cell.offsetHeight,
      },
    )
  }
  const onClick = (click: React.MouseEvent) => {
    if (!click.altKey || !(click.target instanceof Element)) return
    const filter = targetOf(click.target, fields, events)?.filter
    if (!filter?.excludable) return
    click.preventDefault()
    click.stopPropagation()
    ask({ filters: pressed(state.filters, filter, true) })
  }
  return (
    <div
      className={classes.wrap}
      onPointerOver={onOver}
      onPointerLeave={() => setPlace(undefined)}
      onClickCapture={onClick}
    >
      {children}
      {place && <Actions {...place} onDone={() => setPlace(undefined)} />}
    </div>
  )
}

type ActionsProps = Omit<Place, 'cell' | 'event' | 'part'> & { onDone: () => void }

function Actions({ filter, id, right, top, height, onDone }: ActionsProps) {
  const { fields, state, ask } = useLogView()
  const press = (exclude: boolean) => {
    ask({ filters: pressed(state.filters, filter, exclude) })
    onDone()
  }
  const value = describeFilterValue(fields.byName.get(filter.field), filter.value)
  const only = filter.operator === 'eq' ? t.values.include(value) : t.values.containing(value)
  return (
    <div className={classes.actions} style={{ left: right, top, height }} data-actions>
      <button
        type="button"
        tabIndex={-1}
        title={only}
        aria-label={only}
        onClick={() => press(false)}
      >
        <Icon name="plus" size={12} />
      </button>
      {filter.excludable && (
        <button
          type="button"
          tabIndex={-1}
          title={t.values.exclude(value)}
          aria-label={t.values.exclude(value)}
          onClick={() => press(true)}
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
