/** What a new password must be, as far as the page can tell: the server looks at common ones, too. */
import { t } from '../i18n'
import { formText } from '../ui/forms'

/** The server's own limit, counted as it counts: in characters. */
export const PASSWORD_CHARACTERS_MIN = 8

export interface PasswordHint {
  /** 0 to 3; length is all that counts, for rules about kinds of characters make passwords worse. */
  level: 0 | 1 | 2 | 3
  text: string
}

export function passwordHint(password: string): PasswordHint {
  const length = Array.from(password).length
  const texts = t.gate.passwordHint
  if (length === 0) return { level: 0, text: texts.start(PASSWORD_CHARACTERS_MIN) }
  const missing = PASSWORD_CHARACTERS_MIN - length
  if (missing > 0) return { level: 0, text: texts.missing(missing) }
  if (length < 12) return { level: 1, text: texts.enough }
  return length < 16 ? { level: 2, text: texts.good } : { level: 3, text: texts.strong }
}

export interface PasswordProblems {
  password?: string
  repeat?: string
}

/** What is wrong with the two fields of a form, before the server is asked. */
export function passwordProblems(form: FormData): PasswordProblems {
  const password = formText(form, 'password')
  return {
    ...(Array.from(password).length < PASSWORD_CHARACTERS_MIN && {
      password: t.gate.tooShort(PASSWORD_CHARACTERS_MIN),
    }),
    ...(password !== formText(form, 'repeat') && { repeat: t.gate.differs }),
  }
}
