/** Asks for an account where that is allowed; whoever gets the mailed link chooses the password. */
import { Anchor, Group, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { gateApi } from '../api/accountApi'
import { hasCode } from '../api/errors'
import { t } from '../i18n'
import { EmailForm } from './EmailForm'
import { GateMessage } from './GateMessage'
import { GatePage } from './GatePage'

export function SignUpPage() {
  const mutation = useMutation({ mutationFn: gateApi.signUp })
  const texts = t.gate.signUp
  return (
    <GatePage title={texts.title}>
      {mutation.isSuccess ? (
        <GateMessage tone="info" title={texts.done} text={texts.doneHint(mutation.variables)} />
      ) : hasCode(mutation.error, 'sign_up_off') ? (
        <GateMessage tone="bad" title={texts.off} text={texts.offHint} />
      ) : (
        <Stack gap={14}>
          <EmailForm
            lead={texts.lead}
            submit={texts.submit}
            error={mutation.error}
            pending={mutation.isPending}
            onSubmit={({ email }) => mutation.mutate(email)}
          />
          <Group gap={6}>
            <Text size="sm" c="dimmed">
              {texts.haveAccount}
            </Text>
            <Anchor component={Link} to="/sign-in" size="sm">
              {t.gate.signIn.submit}
            </Anchor>
          </Group>
        </Stack>
      )}
    </GatePage>
  )
}
