/** The one-time set-up: the token stands behind `#`, which browsers never send to a server. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { useLocation } from '@tanstack/react-router'
import { api } from '../api/client'
import { setupQuery } from '../api/queries'
import { t } from '../i18n'
import { Notice } from '../ui/Notice'
import { EmailForm } from './EmailForm'
import { GateMessage } from './GateMessage'
import { GatePage } from './GatePage'
import { useEnter } from './session'

export function SetupPage() {
  const token = useLocation({ select: (location) => location.hash.replace(/^#/, '') })
  const setup = useQuery(setupQuery)
  const enter = useEnter()
  const mutation = useMutation({ mutationFn: api.setUp, onSuccess: enter })
  const texts = t.gate.setup
  return (
    <GatePage title={texts.title}>
      {setup.data?.needed === false ? (
        <GateMessage tone="info" title={texts.done} text={texts.doneHint} />
      ) : token === '' ? (
        <Notice tone="bad" title={texts.noToken}>
          {texts.noTokenHint}
        </Notice>
      ) : (
        <EmailForm
          lead={texts.intro}
          submit={texts.submit}
          withPassword
          error={mutation.error}
          pending={mutation.isPending}
          onSubmit={(input) => mutation.mutate({ token, ...input })}
        />
      )}
    </GatePage>
  )
}
