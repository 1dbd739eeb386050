/** The changes of an audit event: field, old and new value. */
import type { Json, LogEvent } from '../../api/types'
import { t } from '../../i18n'

export interface Change {
  field: string
  old: Json | undefined
  new: Json | undefined
}

/** Reads what is there; anything of another shape is left to the raw JSON. */
export function changesOf(event: LogEvent): Change[] {
  const changes = event['changes']
  if (!Array.isArray(changes)) return []
  return changes.flatMap((change) =>
    typeof change === 'object' && change !== null && !Array.isArray(change)
      ? [{ field: shortJson(change['field']), old: change['old'], new: change['new'] }]
      : [],
  )
}

/** Whether they were only asked for: what was denied or failed did not come to be. */
export function isAttempted(event: LogEvent): boolean {
  const { result } = event
  return result === 'denied' || result === 'failure' || result === 'error'
}

/** A value on one line: text without quotes, the rest as JSON. */
export function shortJson(value: Json | undefined): string {
  if (value === undefined || value === null) return t.panel.absent
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Whether old and new are better read line by line than side by side. */
export function hasLines(change: Change): boolean {
  return [change.old, change.new].some(
    (value) => (typeof value === 'object' && value !== null) || String(value).includes('\n'),
  )
}

/** A value on as many lines as it needs; nothing where there was none. */
export function longJson(value: Json | undefined): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'string') return value
  // A comma at the end would make a line differ because another one follows.
  return JSON.stringify(value, null, 2).replace(/,$/gm, '')
}
