/** What becomes of the filters when a value is pressed: only this one, all but it, or it and all above. */
import type { Operator } from '../../api/types'
import { replaceFilter, type Filter } from '../logState'

/** Asks for this value alone: whichever values of the field were asked for before make room for it. */
export function onlyValue(
  filters: Filter[],
  field: string,
  value: string,
  operator: Operator = 'eq',
): Filter[] {
  const replaced: Operator[] = ['eq', 'ne', operator]
  const others = filters.filter(
    (filter) => filter.field !== field || !replaced.includes(filter.operator),
  )
  return [...others, { field, operator, values: [value] }]
}

/** Asks for everything but this value; of several that are asked for, the others are left. */
export function withoutValue(filters: Filter[], field: string, value: string): Filter[] {
  const included = find(filters, field, 'eq')
  if (!included?.values.includes(value)) return exclude(filters, field, value)
  const values = included.values.filter((other) => other !== value)
  const rest = replaceFilter(filters, included, { ...included, values })
  // What is left leaves the value out by itself, unless nothing is, or a wildcard takes it in again.
  const isOut = values.length > 0 && !values.some((other) => other.includes('*'))
  return isOut ? rest : exclude(rest, field, value)
}

/** Asks for this word of an order and all above it; again asks for all of them. */
export function fromValue(filters: Filter[], field: string, value: string): Filter[] {
  const others = filters.filter((filter) => filter.field !== field)
  const isAsked = find(filters, field, 'gte')?.values.includes(value) === true
  return isAsked ? others : [...others, { field, operator: 'gte', values: [value] }]
}

function exclude(filters: Filter[], field: string, value: string): Filter[] {
  const excluded = find(filters, field, 'ne')
  if (!excluded) return [...filters, { field, operator: 'ne', values: [value] }]
  if (excluded.values.includes(value)) return filters
  return replaceFilter(filters, excluded, { ...excluded, values: [...excluded.values, value] })
}

function find(filters: Filter[], field: string, operator: Operator): Filter | undefined {
  return filters.find((filter) => filter.field === field && filter.operator === operator)
}
