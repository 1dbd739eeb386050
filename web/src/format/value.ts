/** The text of a field's value, by the type and unit the catalogue gives it. */
import type { Field, Json } from '../api/types'
import { t } from '../i18n'
import { formatExactMoney, formatMoney } from './money'
import { formatMilliseconds, formatNumber, withUnit } from './number'
import { formatFull, type Zone } from './time'

/** Enumerations read as words: `virtual_key` → `virtual key`. The raw value stays in filters. */
export function formatEnum(value: string): string {
  // Values come from events: one may be called like a member that every object has.
  const word = Object.hasOwn(t.words, value) ? t.words[value] : undefined
  return word ?? value.replaceAll('_', ' ')
}

export function formatValue(field: Field, value: Json, zone: Zone): string {
  switch (typeof value) {
    case 'boolean':
      return value ? t.values.yes : t.values.no
    case 'number':
      return formatNumeric(field, value)
    case 'string':
      if (field.type === 'time') return formatFull(new Date(value), zone)
      return field.type === 'enum' ? formatEnum(value) : value
    default:
      return value === null ? t.values.none : JSON.stringify(value)
  }
}

/** Money and times carry their unit in the number; counts in the label. */
function formatNumeric(field: Field, value: number): string {
  if (field.type === 'money') return formatExactMoney(value)
  return field.unit === 'tokens' ? withUnit(value, t.units.tokens) : formatFigure(field, value)
}

/** A number in a column, where the head says what is counted. */
export function formatFigure(field: Field, value: number): string {
  if (field.type === 'money') return formatMoney(value)
  if (field.unit === 'ms') return formatMilliseconds(value)
  // Codes and indices are names made of digits; only counted things are grouped.
  return field.unit ? formatNumber(value) : String(value)
}

/** The value as a filter takes it; undefined for what cannot be filtered by value. */
export function filterText(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return plainNumber(value)
  return typeof value === 'boolean' ? String(value) : undefined
}

/** No amount has more than nine decimals; none is written with an exponent. */
function plainNumber(value: number): string {
  const text = String(value)
  return text.includes('e') ? value.toFixed(9).replace(/\.?0+$/, '') : text
}
