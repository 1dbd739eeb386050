/**
 * How each log looks by default: the order of its columns, which fields share one, how wide they
 * are, and what stands in the title of an event. Everything else comes from the catalogue.
 */
import type { Field, LogEvent, Stream } from '../api/types'
import type { StreamFields } from '../catalogue/catalogue'
import { isNumeric } from '../catalogue/operators'
import { formatEnum } from '../format/value'
import { t } from '../i18n'

export interface Column {
  field: Field
  width: number
  /** Takes a share of the room that is left. */
  grows: boolean
  alignRight: boolean
}

interface Presentation {
  /** Shown although the catalogue does not ask for it. */
  extra?: string[]
  /** These come first, in this order; further columns of the catalogue follow. */
  order: string[]
  /** Shown inside another column when that one is there: field → column. */
  inside: Record<string, string>
  /** When room is short, these are kept, the first before the others. */
  keep: string[]
  /** Names the state of an event: an outcome, a result, a level. */
  state: string
  /** What an event is called, the first that it has. */
  title: string[]
  /** What is told about it in a narrow list. */
  details: string[]
}

const PRESENTATIONS: Record<Stream, Presentation> = {
  usage: {
    order: [
      'time',
      'user_name',
      'platform_model',
      'upstream_name',
      'total_tokens',
      'cost',
      'latency_ms',
      'status_code',
    ],
    inside: { api_key_name: 'user_name', source: 'user_name', outcome: 'status_code' },
    keep: [
      'time',
      'platform_model',
      'status_code',
      'user_name',
      'cost',
      'total_tokens',
      'latency_ms',
    ],
    state: 'outcome',
    title: ['platform_model', 'content', 'endpoint', 'kind'],
    details: ['user_name', 'cost', 'total_tokens'],
  },
  audit: {
    extra: ['workspace_name', 'changes'],
    order: [
      'time',
      'actor_name',
      'action',
      'operation',
      'resource_name',
      'workspace_name',
      'changes',
      'result',
    ],
    inside: {
      actor_type: 'actor_name',
      resource_type: 'resource_name',
      parent_name: 'resource_name',
    },
    keep: ['time', 'action', 'resource_name', 'actor_name', 'result', 'changes', 'operation'],
    state: 'result',
    title: ['action'],
    details: ['resource_name', 'actor_name', 'ip'],
  },
  auth: {
    order: ['time', 'user_name', 'event', 'result', 'reason', 'identity_provider', 'method', 'ip'],
    inside: {},
    keep: ['time', 'user_name', 'event', 'result', 'reason'],
    state: 'result',
    title: ['event'],
    details: ['user_name', 'reason', 'ip'],
  },
  system: {
    order: ['time', 'level', 'source', 'event', 'message', 'resource_name'],
    inside: { resource_type: 'resource_name' },
    keep: ['time', 'level', 'event', 'message', 'source'],
    state: 'level',
    title: ['event'],
    details: ['source', 'message'],
  },
}

const WIDTHS: Record<string, number> = {
  time: 178,
  status_code: 104,
  outcome: 112,
  result: 112,
  level: 112,
  ip: 128,
  total_tokens: 84,
  cost: 104,
  latency_ms: 96,
  method: 104,
  identity_provider: 128,
  source: 116,
  action: 176,
  operation: 124,
}

/** Long text gets the room that is left. */
const GROWING = new Set([
  'user_name',
  'platform_model',
  'actor_name',
  'resource_name',
  'changes',
  'reason',
  'message',
])

export function presentationOf(stream: Stream): Presentation {
  return PRESENTATIONS[stream]
}

/** What can be a column: everything but time, which is always the first, and the payloads. */
export function columnFields({ fields }: StreamFields): Field[] {
  return fields.filter(({ name, type }) => name !== 'time' && type !== 'payload')
}

/** The chosen columns in their order; those of the catalogue when nothing is chosen. */
export function columnsOf(fields: StreamFields, chosen?: string[]): Column[] {
  if (chosen === undefined) return defaultColumns(fields)
  const names = ['time', ...chosen.filter((name) => name !== 'time')]
  return [...new Set(names)].flatMap((name) => {
    const field = fields.byName.get(name)
    return field && field.type !== 'payload' ? [columnOf(field)] : []
  })
}

function defaultColumns({ stream, fields }: StreamFields): Column[] {
  const { order, inside, extra = [] } = PRESENTATIONS[stream]
  const shown = fields.filter((field) => field.column || extra.includes(field.name))
  const names = new Set(shown.map((field) => field.name))
  const rank = (field: Field) => {
    const index = order.indexOf(field.name)
    return index < 0 ? order.length : index
  }
  return fields
    .filter((field) => names.has(field.name) && !names.has(inside[field.name] ?? ''))
    .sort((a, b) => rank(a) - rank(b))
    .map(columnOf)
}

/**
 * The columns that fit into `width` pixels, in their order; at least the two that matter most. What the list
 * is sorted by matters most after the time.
 */
export function fitColumns(
  stream: Stream,
  columns: Column[],
  width: number,
  sort: string,
): Column[] {
  const { inside, keep } = PRESENTATIONS[stream]
  const sorted = sort.replace(/^-/, '')
  const first = ['time', sorted, inside[sorted] ?? sorted, ...keep]
  const rank = ({ field }: Column) =>
    first.includes(field.name) ? first.indexOf(field.name) : first.length
  let room = width
  const kept = [...columns]
    .sort((a, b) => rank(a) - rank(b))
    .filter((column, index) => {
      if (index >= 2 && room < column.width) return false
      room -= column.width
      return true
    })
  return columns.filter((column) => kept.includes(column))
}

function columnOf(field: Field): Column {
  const measured = isNumeric(field) && field.name !== 'status_code'
  return {
    field,
    width: WIDTHS[field.name] ?? (measured ? 104 : 120),
    grows: GROWING.has(field.name) || field.type === 'text',
    alignRight: measured,
  }
}

/** The name of the field that is the state of an event. */
export function stateFieldOf(stream: Stream): string {
  return PRESENTATIONS[stream].state
}

/** The state of an event, as the value the API knows. */
export function stateOf(stream: Stream, event: LogEvent): string | undefined {
  const state = event[stateFieldOf(stream)]
  return typeof state === 'string' ? state : undefined
}

export function titleOf(stream: Stream, event: LogEvent): string {
  if (event['kind'] === 'top_up') return t.values.topUp
  if (event['kind'] === 'refund') return t.values.refund
  for (const name of PRESENTATIONS[stream].title) {
    const value = event[name]
    if (typeof value === 'string' && value !== '')
      return name === 'kind' ? formatEnum(value) : value
  }
  return event.id
}
