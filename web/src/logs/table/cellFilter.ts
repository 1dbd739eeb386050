/** What a cell stands for: the filter on what one reads there first, and the id behind the name. */
import type { LogEvent } from '../../api/types'
import type { StreamFields } from '../../catalogue/catalogue'
import { operatorsOf } from '../../catalogue/operators'
import { filterText } from '../../format/value'

export interface CellFilter {
  field: string
  value: string
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

/** The id of what a cell names, when that is not what it shows anyway. */
export function cellId(event: LogEvent, column: string): string | undefined {
  const [, idField = ''] = IDS[column]?.find(([name]) => !isEmpty(event[name])) ?? []
  const id = event[idField]
  return typeof id === 'string' && id !== '' ? id : undefined
}

/** Undefined for cells that no filter can repeat: empty ones, times, free text, JSON. */
export function cellFilter(
  { byName }: StreamFields,
  event: LogEvent,
  column: string,
): CellFilter | undefined {
  const names = SHOWN_FIRST[column] ?? [column]
  const name = names.find((candidate) => !isEmpty(event[candidate]))
  const field = byName.get(name ?? '')
  const value = name === undefined ? undefined : filterText(event[name])
  if (!field?.filter || field.type === 'time' || value === undefined) return undefined
  const operators = operatorsOf(field)
  if (!operators.includes('eq')) return undefined
  return { field: field.name, value, excludable: operators.includes('ne') }
}

function isEmpty(value: LogEvent[string]): boolean {
  return value === undefined || value === null || value === ''
}
