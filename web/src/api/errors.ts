/** What went wrong with a call, in the words of the server. */
import type { ErrorBody } from './types'

export class ApiError extends Error {
  readonly status: number
  readonly code: string
  /** The field or parameter the server names as the cause. */
  readonly field: string | undefined
  readonly requestId: string | undefined
  /** After how many seconds it is worth trying again, when the server says so. */
  readonly retryAfterS: number | undefined

  constructor(status: number, body: unknown, retryAfter: string | null = null) {
    const error = isErrorBody(body) ? body.error : undefined
    super(error?.message ?? `HTTP ${status}`)
    this.name = 'ApiError'
    this.status = status
    this.code = error?.code ?? 'unknown'
    this.field = error?.field ?? undefined
    this.requestId = error?.request_id
    const seconds = Number(retryAfter ?? Number.NaN)
    this.retryAfterS = Number.isFinite(seconds) ? seconds : undefined
  }
}

/** The server could not be reached at all; the connection banner tells, and the call is repeated. */
export class ConnectionError extends Error {
  override name = 'ConnectionError'
}

/** A part of the page could not be had from the server. Browsers keep that: it takes a fresh page. */
export class UnloadedError extends ConnectionError {
  override name = 'UnloadedError'
}

export function hasStatus(error: unknown, status: number): boolean {
  return error instanceof ApiError && error.status === status
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof ApiError && error.code === code
}

function isErrorBody(body: unknown): body is ErrorBody {
  return (
    typeof body === 'object' &&
    body !== null &&
    'error' in body &&
    typeof (body as ErrorBody).error.message === 'string'
  )
}
