/** Texts of an event, where there are any. */
import type { LogEvent } from '../api/types'

export function textOf(event: LogEvent, name: string): string | undefined {
  const value = event[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}
