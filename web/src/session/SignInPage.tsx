/** Sign-in, with a second step where the account has one; afterwards one is where one wanted to be. */
import { useMutation } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../api/client'
import { hasStatus } from '../api/errors'
import { t } from '../i18n'
import { CodeStep } from './CodeStep'
import { GatePage } from './GatePage'
import { PasswordStep } from './PasswordStep'
import { hasSessionEnded, useEnter } from './session'
import { codeStepError, needsCode, passwordStepError } from './signInError'

interface Known {
  email: string
  password: string
}

export function SignInPage() {
  const { then } = useSearch({ from: '/sign-in' })
  const enter = useEnter(then)
  const [known, setKnown] = useState<Known>()
  const [refusals, setRefusals] = useState(0)
  const [backup, setBackup] = useState(false)
  const [ended] = useState(hasSessionEnded)
  const mutation = useMutation({
    mutationFn: api.signIn,
    onSuccess: enter,
    onError: (error, { email, password }) => {
      if (needsCode(error)) setKnown({ email, password })
      else if (hasStatus(error, 401)) setRefusals((before) => before + 1)
    },
  })

  if (known) {
    return (
      <GatePage title={t.gate.code.title}>
        <CodeStep
          email={known.email}
          backup={backup}
          error={codeStepError(mutation.error, backup)}
          pending={mutation.isPending}
          onCode={(code) => mutation.mutate({ ...known, code })}
          onBackup={(next) => {
            mutation.reset()
            setBackup(next)
          }}
          onLeave={() => {
            mutation.reset()
            setKnown(undefined)
          }}
        />
      </GatePage>
    )
  }
  return (
    <GatePage title={t.gate.signIn.title}>
      <PasswordStep
        then={then}
        ended={ended}
        error={passwordStepError(mutation.error, refusals)}
        pending={mutation.isPending}
        onSubmit={mutation.mutate}
      />
    </GatePage>
  )
}
