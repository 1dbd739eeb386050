/** Switches the second factor off, for whoever knows the password and has the app. */
import { Button, PasswordInput, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { accountApi } from '../../api/accountApi'
import { hasCode } from '../../api/errors'
import { t } from '../../i18n'
import { CodeField } from '../../session/CodeField'
import { plainCode } from '../../session/signInError'
import { describeError } from '../../ui/describeError'
import { formText } from '../../ui/forms'
import { Notice } from '../../ui/Notice'

interface Missing {
  password?: string
  code?: string
}

export function MfaEnd({ hasPassword, onDone }: { hasPassword: boolean; onDone: () => void }) {
  const [missing, setMissing] = useState<Missing>({})
  const mutation = useMutation({ mutationFn: accountApi.endMfa, onSuccess: onDone })
  const submit = (event: React.SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const password = formText(form, 'password')
    const code = plainCode(formText(form, 'code'))
    const found: Missing = {
      ...(hasPassword && password === '' && { password: t.account.password.currentMissing }),
      ...(code === '' && { code: t.gate.code.missing }),
    }
    setMissing(found)
    if (Object.keys(found).length === 0) mutation.mutate({ password, code })
  }
  const { error } = mutation
  const wrongPassword = hasCode(error, 'wrong_password') ? t.account.password.wrong : undefined
  const wrongCode = hasCode(error, 'wrong_code') ? t.gate.code.wrong : undefined
  const said = error && !wrongPassword && !wrongCode ? describeError(error) : undefined
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap={14}>
        <Text>{t.account.mfa.disableText}</Text>
        {said !== undefined && <Notice tone="bad">{said}</Notice>}
        {hasPassword && (
          <PasswordInput
            label={t.account.password.current}
            name="password"
            autoComplete="current-password"
            data-autofocus
            size="md"
            error={missing.password ?? wrongPassword}
          />
        )}
        <CodeField error={missing.code ?? wrongCode} autoFocus={false} />
        <Button type="submit" color="danger" size="md" loading={mutation.isPending}>
          {t.account.mfa.disable}
        </Button>
      </Stack>
    </form>
  )
}
