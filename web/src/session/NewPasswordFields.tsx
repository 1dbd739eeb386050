/** A new password, twice, with a word about its length. */
import { PasswordInput, type MantineSize } from '@mantine/core'
import { useState } from 'react'
import { t } from '../i18n'
import { passwordHint, type PasswordProblems } from './newPassword'
import classes from './NewPasswordFields.module.css'

interface NewPasswordFieldsProps {
  label: string
  problems: PasswordProblems
  size?: MantineSize
  autoFocus?: boolean
}

export function NewPasswordFields({
  label,
  problems,
  size = 'md',
  autoFocus = false,
}: NewPasswordFieldsProps) {
  const [password, setPassword] = useState('')
  const hint = passwordHint(password)
  return (
    <>
      <div>
        <PasswordInput
          label={label}
          name="password"
          autoComplete="new-password"
          size={size}
          autoFocus={autoFocus}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={problems.password}
        />
        <div className={classes.hint}>
          <span className={classes.bar} data-level={hint.level} aria-hidden>
            <i />
            <i />
            <i />
          </span>
          <output aria-label={t.gate.passwordHint.label}>{hint.text}</output>
        </div>
      </div>
      <PasswordInput
        label={t.gate.repeat}
        name="repeat"
        autoComplete="new-password"
        size={size}
        error={problems.repeat}
      />
    </>
  )
}
