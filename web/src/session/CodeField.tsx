/** The field for a code of the second factor, and how a form takes it. */
import { TextInput } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { t } from '../i18n'
import { formText } from '../ui/forms'
import { plainCode } from './signInError'

interface CodeFieldProps {
  backup?: boolean
  error: string | undefined
  size?: 'sm' | 'md'
  autoFocus?: boolean
}

export function CodeField({
  backup = false,
  error,
  size = 'md',
  autoFocus = true,
}: CodeFieldProps) {
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    // The next code is typed over the refused one.
    if (error !== undefined) input.current?.select()
  }, [error])
  return (
    <TextInput
      ref={input}
      label={backup ? t.gate.code.backup : t.gate.code.app}
      description={backup ? t.gate.code.backupHint : t.gate.code.appHint}
      name="code"
      autoComplete="one-time-code"
      inputMode={backup ? 'text' : 'numeric'}
      autoCapitalize="off"
      spellCheck={false}
      autoFocus={autoFocus}
      size={size}
      error={error}
      styles={{ input: { fontFamily: 'var(--font-mono)', letterSpacing: '0.12em' } }}
    />
  )
}

/** Hands the code over without its spaces; an empty one is asked for again. */
export function useCode(onCode: (code: string) => void) {
  const [missing, setMissing] = useState<string>()
  const submit = (event: React.SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const code = plainCode(formText(new FormData(event.currentTarget), 'code'))
    setMissing(code === '' ? t.gate.code.missing : undefined)
    if (code !== '') onCode(code)
  }
  return { submit, missing }
}
