/** An error in words that say what to do. */
import { ApiError, ConnectionError } from '../api/errors'
import { visibleText } from '../format/text'
import { t } from '../i18n'

export function describeError(error: unknown): string {
  if (error instanceof ConnectionError) return t.errors.offline
  if (!(error instanceof ApiError)) return t.errors.server
  if (error.status === 403) return `${t.errors.forbidden}. ${sentence(error.message)}`
  if (error.status === 503 || error.status === 429) return t.errors.busy
  if (error.status >= 500) return t.errors.server
  return sentence(error.message)
}

/** Server messages are lower-case fragments; on a page they are sentences. */
function sentence(message: string): string {
  const text = visibleText(message)
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? '' : '.')
}
