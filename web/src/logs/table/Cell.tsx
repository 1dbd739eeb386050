/** What stands in one cell: by field where a log has a habit, else by type. */
import type { Field, Json, LogEvent } from '../../api/types'
import type { Zone } from '../../format/time'
import { formatEnum, formatFigure, formatValue } from '../../format/value'
import { t } from '../../i18n'
import { AddressText } from '../../ui/AddressText'
import { EventText } from '../../ui/EventText'
import { Money } from '../../ui/Money'
import { StatusChip, toneOf } from '../../ui/StatusChip'
import {
  ActorCell,
  ChangesCell,
  KindCell,
  ResourceCell,
  UserCell,
  WorkspaceCell,
} from './MergedCells'
import classes from './Cell.module.css'

export interface CellProps {
  field: Field
  event: LogEvent
  zone: Zone
}

/** Cells that tell more than their own field. */
const MERGED: Record<string, (props: { event: LogEvent }) => React.ReactNode> = {
  user_name: UserCell,
  actor_name: ActorCell,
  resource_name: ResourceCell,
  workspace_name: WorkspaceCell,
  changes: ChangesCell,
  platform_model: KindCell,
}

export function Cell({ field, event, zone }: CellProps) {
  const Merged = MERGED[field.name]
  if (Merged) return <Merged event={event} />
  if (field.name === 'status_code') return <StatusCell event={event} />
  const value = event[field.name]
  if (value === undefined || value === null || value === '') {
    return field.name === 'cost' && typeof event['amount'] === 'number' ? (
      <span className={classes.soft}>
        <Money usd={event['amount']} />
      </span>
    ) : (
      <Absent />
    )
  }
  return <Typed field={field} value={value} zone={zone} />
}

function Typed({ field, value, zone }: { field: Field; value: Json; zone: Zone }) {
  if (typeof value === 'number') {
    return field.type === 'money' ? <Money usd={value} /> : formatFigure(field, value)
  }
  if (field.type === 'enum' && typeof value === 'string' && isState(field.name)) {
    return <StatusChip tone={toneOf(value)}>{formatValue(field, value, zone)}</StatusChip>
  }
  if (field.name === 'ip' && typeof value === 'string') return <AddressText value={value} />
  const text = formatValue(field, value, zone)
  return field.type === 'id' ? (
    <code className={classes.id}>
      <EventText value={text} line />
    </code>
  ) : (
    <EventText value={text} line />
  )
}

export function StatusCell({ event }: { event: LogEvent }) {
  const outcome = event['outcome']
  const code = event['status_code']
  if (typeof code !== 'number' && typeof outcome !== 'string') return <Absent />
  const state = typeof outcome === 'string' ? outcome : code === 200 ? 'success' : 'error'
  return (
    <StatusChip tone={toneOf(state)}>
      {typeof code === 'number' ? code : formatEnum(state)}
    </StatusChip>
  )
}

export function Absent() {
  return <span className={classes.absent}>{t.values.none}</span>
}

function isState(name: string): boolean {
  return name === 'outcome' || name === 'result' || name === 'level'
}
