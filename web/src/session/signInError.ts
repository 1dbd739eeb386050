/** Why a sign-in did not work, in words, at the step where something can be done about it. */
import { hasCode, hasStatus } from '../api/errors'
import { t } from '../i18n'
import { describeError } from '../ui/describeError'

/** After so many refusals more is said about what may be the matter. */
const REFUSALS_UNTIL_HINT = 3

/** The password was right: what is missing is the second factor. */
export function needsCode(error: unknown): boolean {
  return hasCode(error, 'mfa_required')
}

export function passwordStepError(error: unknown, refusals: number): string | undefined {
  if (error === null || error === undefined || needsCode(error)) return undefined
  if (!hasStatus(error, 401)) return describeError(error)
  // The server does not tell a locked account from a wrong password, so that nobody can probe.
  const hint = refusals >= REFUSALS_UNTIL_HINT ? ` ${t.gate.signIn.stillWrong}` : ''
  return t.gate.signIn.wrong + hint
}

interface CodeStepError {
  /** Belongs to the code's field. */
  code?: string
  /** Belongs above the form. */
  form?: string
}

export function codeStepError(error: unknown, backup: boolean): CodeStepError {
  if (error === null || error === undefined || needsCode(error)) return {}
  if (hasCode(error, 'wrong_code')) {
    return { code: backup ? t.gate.code.wrongBackup : t.gate.code.wrong }
  }
  return { form: hasStatus(error, 401) ? t.gate.signIn.wrong : describeError(error) }
}

/** Why single sign-on came back without a session: the address says `#sso_error=<code>`. */
export function ssoError(hash: string): string | undefined {
  const code = /^#?sso_error=([a-z_]+)$/.exec(hash)?.[1]
  return code === undefined ? undefined : (t.gate.sso.codes[code] ?? t.gate.sso.failed)
}

/** A code as it was typed or pasted, without what people and clipboards put between its parts. */
export function plainCode(text: string): string {
  return text.replace(/[\s\u200b]/g, '')
}
