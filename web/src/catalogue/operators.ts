/** Which operators a field offers, and how its values are entered. */
import type { Field, Operator } from '../api/types'
import type { Filter } from '../logs/logState'
import { formatValue } from '../format/value'
import { visibleText } from '../format/text'
import { t } from '../i18n'

const ORDER: Operator[] = ['eq', 'ne', 'contains', 'prefix', 'gte', 'lte', 'gt', 'lt', 'exists']

/** How the value of a filter is entered. */
export type Entry = 'menu' | 'text' | 'number' | 'presence'

export function operatorsOf(field: Field): Operator[] {
  const comparable = field.type !== 'enum' || isOrdered(field)
  return ORDER.filter(
    (operator) => field.operators.includes(operator) && (comparable || !isComparison(operator)),
  )
}

/** Only words that have an order, as levels do, can be compared; such enumerations can be sorted. */
export function isOrdered(field: Field): boolean {
  return field.type === 'enum' && field.sort
}

/** Words of an order that are worth asking for with all above: not the first, which asks for nothing. */
export function thresholdsOf(field: Field): string[] {
  return isOrdered(field) ? (field.values?.slice(1, -1) ?? []) : []
}

/** Operators that compare with one value; the others take several. */
export function isComparison(operator: Operator): boolean {
  return operator === 'gte' || operator === 'lte' || operator === 'gt' || operator === 'lt'
}

/** What one asks of such a field most often. */
export function defaultOperator(field: Field): Operator {
  const operators = operatorsOf(field)
  const wanted: Operator = isMeasured(field) ? 'gte' : field.type === 'text' ? 'contains' : 'eq'
  return operators.includes(wanted) ? wanted : (operators[0] ?? 'eq')
}

export function entryOf(field: Field, operator: Operator): Entry {
  if (operator === 'exists') return 'presence'
  if (field.type === 'enum' || field.type === 'boolean') return 'menu'
  if (operator !== 'eq' && operator !== 'ne') return isNumeric(field) ? 'number' : 'text'
  if (isMeasured(field)) return 'number'
  return field.type === 'text' ? 'text' : 'menu'
}

/** Fields the filter menu offers; time has its own control above everything. */
export function filterable(fields: Field[]): Field[] {
  return fields.filter(
    (field) => field.filter && field.name !== 'time' && operatorsOf(field).length > 0,
  )
}

/** `is gpt-4o or claude`, `≥ $0.010000`, `exists`: the part of a chip after the field's label. */
export function describeCondition(field: Field | undefined, filter: Filter): [string, string] {
  if (filter.operator === 'exists') {
    return [filter.values[0] === 'false' ? t.filters.absent : t.filters.operators.exists, '']
  }
  const operators: Partial<Record<string, string>> = t.filters.operators
  const values = filter.values.map((value) => describeFilterValue(field, value))
  if (field && isOrdered(field) && filter.operator === 'gte') {
    return [t.filters.operators.eq, values.map(t.filters.andAbove).join(t.filters.or)]
  }
  return [operators[filter.operator] ?? filter.operator, values.join(t.filters.or)]
}

/** A value of a filter as cells show it; the address keeps what the API takes. */
export function describeFilterValue(field: Field | undefined, value: string): string {
  if (field?.type === 'boolean') return value === 'true' ? t.filters.yes : t.filters.no
  if (field?.type === 'enum') return formatValue(field, value, 'utc')
  if (field && isMeasured(field) && isExactNumber(value)) {
    return formatValue(field, Number(value), 'utc')
  }
  return visibleText(value)
}

/** More digits than a number holds would come out as another one. */
function isExactNumber(text: string): boolean {
  return /^-?(\d+\.?\d*|\.\d+)$/.test(text) && text.replace(/\D/g, '').length <= 15
}

/**
 * Actions are `<resource>.<verb>`: what is typed of one names all verbs of its resource, `model.*`, and a verb
 * behind its dot all its resources, `*.disabled`.
 */
export function wildcardOf(field: Field, typed: string): string | undefined {
  if (field.name !== 'action') return undefined
  if (/^\.[\w-]+$/.test(typed)) return `*${typed}`
  if (!/^[\w-]+(\.[\w-]*)?$/.test(typed)) return undefined
  return `${typed.replace(/\..*$/, '')}.*`
}

/** In an action `*` stands for anything at the beginning or at the end; the API takes none elsewhere. */
export function fitsWildcards(field: Field, typed: string): boolean {
  return field.name !== 'action' || /^(\*?[^*]*|[^*]*\*)$/.test(typed)
}

export function isNumeric(field: Field): boolean {
  return field.type === 'integer' || field.type === 'money'
}

/** Amounts of something; codes such as a status are numbers too, but are chosen from a menu. */
function isMeasured(field: Field): boolean {
  return field.type === 'money' || (field.type === 'integer' && Boolean(field.unit))
}
