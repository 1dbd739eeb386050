/** What is wrong with a part of a query, by the reason that the server gives in its own words. */
import type { ApiError } from '../api/errors'
import { visibleText } from '../format/text'
import { t } from '../i18n'

type Reason = keyof typeof t.errors.parameters

/** What stands in parentheses goes into the text. */
const REASONS: [said: RegExp, reason: Reason][] = [
  [/^before from$/, 'order'],
  [/^not a time/, 'time'],
  [/^expected a whole number from (\d+) to (\d+)$/, 'between'],
  [/^expected a(?: whole| decimal)? number/, 'number'],
  [/^expected true or false$/, 'presence'],
  [/^expected one of (.+)$/, 'oneOf'],
  [/^unknown field/, 'field'],
  [/^unknown parameter$/, 'unknown'],
  [/^\w+ events cannot be sorted by (.+)$/, 'sort'],
  [/^operator not supported here/, 'operator'],
  [/^given twice$/, 'twice'],
  [/^longer than (\d+) bytes$/, 'tooLong'],
  [/^more than (\d+) values$/, 'tooMany'],
]

/** Undefined for what the server says in words that are not known here. */
export function parameterError({ field, message }: ApiError): string | undefined {
  if (field === undefined || !message.startsWith(`${field}: `)) return undefined
  const said = message.slice(field.length + 2)
  for (const [pattern, reason] of REASONS) {
    const match = pattern.exec(said)
    if (match) return inWords(reason, nameOf(field), match.slice(1).map(visibleText))
  }
  return undefined
}

function inWords(reason: Reason, name: string, [first = '', second = '']: string[]): string {
  return t.errors.parameters[reason](name, first, second)
}

/** `audit:cost.gte` is about the cost. */
function nameOf(parameter: string): string {
  const field = parameter.replace(/^\w+:/, '').replace(/\..*$/, '')
  const named = Object.hasOwn(t.fields, field) ? t.fields[field] : undefined
  return named ?? visibleText(parameter)
}
