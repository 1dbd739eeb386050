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

/** A value on one line: text without quotes, the rest as JSON. */
export function shortJson(value: Json | undefined): string {
  if (value === undefined || value === null) return t.panel.absent
  return typeof value === 'string' ? value : JSON.stringify(value)
}
