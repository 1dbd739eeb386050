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
  it('says why a role does not do', () => {
    const error = new ApiError(
      403,
      answer('forbidden', 'this needs the role auditor; yours is user'),
    )
    expect(describeError(error)).toBe(
      'Not for your role: this needs the role auditor; yours is user.',
    )
  })
  it('says what a part of a query needs, under the name that its reader knows', () => {
    const about = (parameter: string, said: string) =>
      describeError(
        new ApiError(400, answer('invalid_parameter', `${parameter}: ${said}`, parameter)),
      )
    expect(about('to', 'before from')).toBe('The range must end after it starts.')
    expect(about('from', 'not a time: expected RFC 3339, epoch seconds or …')).toMatch(
      /needs a time/,
    )
    expect(about('latency_ms.gte', 'expected a whole number')).toBe('“Latency” needs a number.')
    expect(about('page', 'expected a whole number from 1 to 9')).toBe(
      '“page” needs a whole number from 1 to 9.',
    )
    expect(about('outcome', 'expected one of success, error')).toBe(
      '“outcome” needs one of these: success, error.',
    )
    expect(about('audit:colour', 'unknown field of the stream audit')).toBe(
      'These events have no field “audit:colour”.',
    )
    expect(about('constructor', 'given twice')).toMatch(/^“constructor” stands/)
    expect(about('id', 'something new')).toBe('Id: something new.')
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
