import { describe, expect, it } from 'vitest'
import { ApiError, ConnectionError } from '../api/errors'
import { describeError, fieldError, formError } from './describeError'

const answer = (code: string, message: string, field?: string) => ({
  error: { code, message, field, request_id: 'r' },
})

describe('an error in words', () => {
  it('names how long to wait', () => {
    const error = new ApiError(429, answer('throttled', 'too many'), '1800')
    expect(describeError(error)).toBe('Too many attempts. Wait 30 minutes, then try again.')
  })
  it('takes what a proxy may write for a time as none', () => {
    const error = new ApiError(429, undefined, 'Wed, 21 Oct 2026 07:28:00 GMT')
    expect(describeError(error)).toContain('busy')
  })
  it('says that the connection is lost', () => {
    expect(describeError(new ConnectionError('x'))).toContain('Connection')
  })
  it('stands at its field, or else above the form', () => {
    const error = new ApiError(400, answer('invalid', 'at most 64 bytes', 'links[2].origin'))
    expect(fieldError(error, 'links')).toBe('At most 64 bytes.')
    expect(fieldError(error, 'link')).toBeUndefined()
    expect(formError(error, ['email', 'links'])).toBeUndefined()
    expect(formError(error, ['email'])).toBe('At most 64 bytes.')
    expect(formError(null)).toBeUndefined()
  })
})
