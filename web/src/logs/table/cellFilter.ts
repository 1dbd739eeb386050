/** What a cell stands for: the filter on what one reads there first, and the id behind the name. */
import type { Field, Json, LogEvent } from '../../api/types'
import type { StreamFields } from '../../catalogue/catalogue'
import { operatorsOf } from '../../catalogue/operators'
import { filterText } from '../../format/value'
import type { Filter } from '../logState'
import { onlyValue, withoutValue } from '../filters/valueFilters'

/** A value that a press can ask for. */
export interface CellFilter {
  field: string
  value: string
  operator: 'eq' | 'contains'
  excludable: boolean
}

/** Cells show the first of these that an event has. */
const SHOWN_FIRST: Record<string, string[]> = {
  user_name: ['api_key_name', 'api_key_id', 'user_name', 'user_id'],
  actor_name: ['actor_name', 'actor_id', 'actor_type'],
  resource_name: ['resource_name', 'resource_id', 'resource_type'],
  workspace_name: ['workspace_name', 'workspace_id'],
  platform_model: ['platform_model', 'upstream_model'],
  status_code: ['status_code', 'outcome'],
}

/** Names whose id stands beside them in the event; a key before the person it speaks for. */
const IDS: Record<string, [string, string][]> = {
  user_name: [
    ['api_key_name', 'api_key_id'],
    ['user_name', 'user_id'],
  ],
  actor_name: [['actor_name', 'actor_id']],
  resource_name: [['resource_name', 'resource_id']],
  workspace_name: [['workspace_name', 'workspace_id']],
}

/** As much of a text as tells it from others. */
const TEXT_MAX = 120

/** The id of what a cell names, when that is not what it shows anyway. */
export function cellId(event: LogEvent, column: string): string | undefined {
  const [, idField = ''] = IDS[column]?.find(([name]) => !isEmpty(event[name])) ?? []
  const id = event[idField]
  return typeof id === 'string' && id !== '' ? id : undefined
}

/** Undefined for cells that no filter can repeat: empty ones, times, JSON. */
export function cellFilter(
  { byName }: StreamFields,
  event: LogEvent,
  column: string,
): CellFilter | undefined {
  const names = SHOWN_FIRST[column] ?? [column]
  const name = names.find((candidate) => !isEmpty(event[candidate]))
  const field = byName.get(name ?? '')
  return field && valueFilter(field, event[field.name])
}

/** The filter on one part of a cell that tells several things. */
export function partFilter(
  { byName }: StreamFields,
  event: LogEvent,
  name: string,
): CellFilter | undefined {
  const field = byName.get(name)
  return field && valueFilter(field, event[name])
}

/** The filter that finds a value again; of a text, what contains its beginning. */
export function valueFilter(field: Field, value: Json | undefined): CellFilter | undefined {
  const text = filterText(value)
  if (!field.filter || field.type === 'time' || text === undefined || text === '') return undefined
  const operators = operatorsOf(field)
  const found = { field: field.name, excludable: operators.includes('ne') }
  if (operators.includes('eq')) return { ...found, value: text, operator: 'eq' }
  const [line = ''] = text.trim().split('\n', 1)
  const start = Array.from(line).slice(0, TEXT_MAX).join('').trim()
  if (!operators.includes('contains') || start === '') return undefined
  return { ...found, value: start, operator: 'contains' }
}

/** The filters after a press that asks for the value, or for all but it. */
export function pressed(filters: Filter[], filter: CellFilter, exclude: boolean): Filter[] {
  const { field, value, operator, excludable } = filter
  if (!exclude) return onlyValue(filters, field, value, operator)
  return excludable ? withoutValue(filters, field, value) : filters
}

function isEmpty(value: LogEvent[string]): boolean {
  return value === undefined || value === null || value === ''
}
