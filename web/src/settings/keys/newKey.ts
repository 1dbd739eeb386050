/** A key as its form describes it, checked before the server is asked. */
import type { KeyScope, NewApiKeyInput } from '../../api/types'
import { settingsTexts } from '../../i18n/settings'
import { expiresAt } from '../../keys/keys'
import { formText } from '../../ui/forms'

export const SCOPES = ['ingest', 'read', 'admin'] as const satisfies KeyScope[]

export interface KeyProblems {
  name?: string
  scopes?: string
  rate?: string
}

export function readNewKey(
  form: FormData,
  now: Date,
): { input: NewApiKeyInput; problems: KeyProblems } {
  const texts = settingsTexts().keys
  const name = formText(form, 'name').trim()
  const origin = formText(form, 'origin').trim()
  const rateText = formText(form, 'rate').trim()
  const rate = Number(rateText)
  const scopes = SCOPES.filter((scope) => form.getAll('scopes').includes(scope))
  const expires_at = expiresAt(formText(form, 'expiry'), now)
  const rateFits = rateText === '' || (Number.isSafeInteger(rate) && rate > 0)
  return {
    input: {
      name,
      scopes,
      ...(origin !== '' && { origin }),
      ...(expires_at !== undefined && { expires_at }),
      ...(rateText !== '' && { rate_per_minute: rate }),
    },
    problems: {
      ...(name === '' && { name: texts.nameMissing }),
      ...(scopes.length === 0 && { scopes: texts.scopeMissing }),
      ...(!rateFits && { rate: texts.rateWrong }),
    },
  }
}
