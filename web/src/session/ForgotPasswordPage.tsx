/** Asks for a link to set a new password. The answer never tells whether there is an account. */
import { Anchor, Stack } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { gateApi } from '../api/accountApi'
import { t } from '../i18n'
import { EmailForm } from './EmailForm'
import { GateMessage } from './GateMessage'
import { GatePage } from './GatePage'

export function ForgotPasswordPage() {
  const mutation = useMutation({ mutationFn: gateApi.requestReset })
  return (
    <GatePage title={t.gate.forgot.title}>
      {mutation.isSuccess ? (
        <GateMessage
          tone="info"
          title={t.gate.forgot.done}
          text={t.gate.forgot.doneHint(mutation.variables)}
        />
      ) : (
        <Stack gap={14}>
          <EmailForm
            lead={t.gate.forgot.lead}
            submit={t.gate.forgot.submit}
            error={mutation.error}
            pending={mutation.isPending}
            onSubmit={({ email }) => mutation.mutate(email)}
          />
          <Anchor component={Link} to="/sign-in" size="sm">
            {t.gate.toSignIn}
          </Anchor>
        </Stack>
      )}
    </GatePage>
  )
}
