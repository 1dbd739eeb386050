import { describe, expect, it } from 'vitest'
import { ApiError } from '../api/errors'
import { codeStepError, needsCode, passwordStepError, plainCode, ssoError } from './signInError'

const refused = (status: number, code: string, retryAfter?: string) =>
  new ApiError(status, { error: { code, message: code, request_id: 'r' } }, retryAfter)

describe('why a sign-in did not work', () => {
  it('does not count a missing code as a failure', () => {
    const error = refused(401, 'mfa_required')
    expect(needsCode(error)).toBe(true)
    expect(passwordStepError(error, 1)).toBeUndefined()
    expect(codeStepError(error, false)).toEqual({})
  })
  it('says more after the third refusal, but never that an account is locked', () => {
    const error = refused(401, 'wrong_credentials')
    expect(passwordStepError(error, 2)).not.toContain('locked')
    expect(passwordStepError(error, 3)).toContain('may be locked')
  })
  it('names the time to wait', () => {
    expect(passwordStepError(refused(429, 'throttled', '30'), 5)).toContain('Wait 30 seconds')
    expect(codeStepError(refused(429, 'throttled', '600'), false).form).toContain('10 minutes')
  })
  it('puts a wrong code at its field, and a password changed meanwhile above the form', () => {
    expect(codeStepError(refused(401, 'wrong_code'), false)).toHaveProperty('code')
    expect(codeStepError(refused(401, 'wrong_code'), true).code).toContain('backup code')
    expect(codeStepError(refused(401, 'wrong_credentials'), false)).toHaveProperty('form')
  })
})

describe('single sign-on that failed', () => {
  it('is told in words, also with a code of a newer server', () => {
    expect(ssoError('sso_error=provider_unavailable')).toContain('does not answer')
    expect(ssoError('#sso_error=denied')).toContain('did not let you in')
    expect(ssoError('sso_error=new_code')).toContain('went wrong')
    expect(ssoError('sso_error=toString')).toBeUndefined()
    expect(ssoError('')).toBeUndefined()
  })
})

describe('a pasted code', () => {
  it('loses its spaces', () => {
    expect(plainCode(' 123 456\u00a0\n')).toBe('123456')
  })
})
