/** An error in words that say what to do. */
import { ApiError, ConnectionError } from '../api/errors'
import { formatDuration } from '../format/duration'
import { visibleText } from '../format/text'
import { t } from '../i18n'
import { parameterError } from './parameterError'

export function describeError(error: unknown): string {
  if (error instanceof ConnectionError) return t.errors.offline
  if (!(error instanceof ApiError)) return t.errors.server
  if (error.status === 429 && error.retryAfterS !== undefined) {
    return t.errors.throttled(formatDuration(error.retryAfterS))
  }
  if (error.status === 503 || error.status === 429) return t.errors.busy
  if (error.status >= 500) return t.errors.server
  const about = error.code === 'invalid_parameter' ? parameterError(error) : undefined
  if (about !== undefined) return about
  const inWords = t.errors.codes[error.code]
  return inWords ? inWords(visibleText(error.message)) : sentence(error.message)
}

/** What the server says about one field of a form, to stand at that field. */
export function fieldError(error: unknown, field: string): string | undefined {
  return isAbout(error, field) ? describeError(error) : undefined
}

/** What is left to say when the fields of a form say theirs. */
export function formError(error: unknown, fields: readonly string[] = []): string | undefined {
  if (error === null || error === undefined) return undefined
  return fields.some((field) => isAbout(error, field)) ? undefined : describeError(error)
}

/** `links[2].origin` is about `links`. */
function isAbout(error: unknown, field: string): boolean {
  return error instanceof ApiError && error.field?.split(/[.[]/)[0] === field
}

/** Server messages are lower-case fragments; on a page they are sentences. */
function sentence(message: string): string {
  const text = visibleText(message)
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? '' : '.')
}
