/** What an administrator can do for an account, or to it. Each line says what it means. */
import { Button, Modal } from '@mantine/core'
import { useState } from 'react'
import { usersApi } from '../../api/adminApi'
import type { User } from '../../api/types'
import { t } from '../../i18n'
import { settingsTexts } from '../../i18n/settings'
import { describeError } from '../../ui/describeError'
import { useAction } from '../../ui/forms'
import { useConfirm, type Question } from '../../ui/useConfirm'
import { HandedLink } from './HandedLink'
import { isLocked } from './UserChips'
import classes from './UserPanel.module.css'

interface Handed {
  label: string
  link: string | null
}

export function AccessActions({ user, onRemoved }: { user: User; onRemoved: () => void }) {
  const texts = settingsTexts().users
  const { id, email, state } = user
  const { dialog, ask } = useConfirm()
  const [handed, setHanded] = useState<Handed>()
  const act = useAction((run: () => Promise<unknown>) => run(), { renews: [['users']] })
  const doing = (run: () => Promise<unknown>) => () => act.mutateAsync(run)
  const confirmed = (question: Question) => () => ask({ ...question, run: doing(question.run) })
  const hand = (label: string, run: (id: string) => Promise<string | null>) => async () => {
    setHanded({ label, link: await run(id) })
  }
  const usable = state === 'active'
  const waiting = state === 'invited' || state === 'unverified'

  return (
    <section className={classes.section}>
      <h3>{texts.access}</h3>
      {usable && (
        <Action
          label={texts.unlock}
          hint={isLocked(user) ? texts.lockedHint : texts.unlockHint}
          run={doing(() => usersApi.unlock(id))}
        />
      )}
      {waiting && (
        <Action
          label={state === 'invited' ? texts.again : texts.signUpAgain}
          hint={state === 'invited' ? texts.againHint : texts.signUpAgainHint}
          run={doing(
            hand(
              state === 'invited' ? texts.invitationLink : texts.signUpLink,
              usersApi.inviteAgain,
            ),
          )}
        />
      )}
      {usable && (
        <Action
          label={texts.reset}
          hint={texts.resetHint}
          onClick={confirmed({
            title: texts.resetTitle(email),
            text: texts.resetText,
            action: texts.reset,
            run: hand(texts.resetLink, usersApi.resetPassword),
          })}
        />
      )}
      {user.mfa_enabled && (
        <Action
          label={texts.endMfa}
          hint={texts.endMfaHint}
          onClick={confirmed({
            title: texts.endMfaTitle(email),
            text: texts.endMfaText,
            action: texts.endMfa,
            run: () => usersApi.endMfa(id),
          })}
        />
      )}
      {usable && (
        <Action
          label={texts.endSessions}
          hint={texts.endSessionsHint}
          onClick={confirmed({
            title: texts.endSessionsTitle(email),
            text: texts.endSessionsText,
            action: texts.endSessions,
            run: () => usersApi.endSessions(id),
          })}
        />
      )}
      {state === 'disabled' ? (
        <Action
          label={texts.enable}
          hint={texts.enableHint}
          run={doing(() => usersApi.change(id, { disabled: false }))}
        />
      ) : (
        <Action
          label={texts.disable}
          hint={texts.disableHint}
          onClick={confirmed({
            title: texts.disableTitle(email),
            text: texts.disableText,
            action: texts.disable,
            run: () => usersApi.change(id, { disabled: true }),
          })}
        />
      )}
      {waiting && (
        <Action
          label={texts.remove}
          hint={texts.removeHint}
          onClick={confirmed({
            title: texts.removeTitle(email),
            text: texts.removeText,
            action: texts.remove,
            run: () => usersApi.remove(id).then(onRemoved),
          })}
        />
      )}
      {dialog}
      <Modal
        opened={handed !== undefined}
        onClose={() => setHanded(undefined)}
        title={handed?.label}
        closeButtonProps={{ 'aria-label': t.ask.close }}
        closeOnClickOutside={false}
        centered
      >
        {handed && (
          <HandedLink
            {...handed}
            email={email}
            mailed={texts.mailed}
            onDone={() => setHanded(undefined)}
          />
        )}
      </Modal>
    </section>
  )
}

interface ActionProps {
  label: string
  hint: string
  /** Done at once; what fails is told here. */
  run?: () => Promise<unknown>
  /** Asks first. */
  onClick?: () => void
}

function Action({ label, hint, run, onClick }: ActionProps) {
  const action = useAction(async () => {
    await run?.()
  })
  return (
    <div className={classes.action}>
      <div>
        <p>{hint}</p>
        {action.error && <ActionError error={action.error} />}
      </div>
      <Button
        size="xs"
        variant="default"
        loading={action.isPending}
        onClick={onClick ?? (() => action.mutate())}
      >
        {label}
      </Button>
    </div>
  )
}

function ActionError({ error }: { error: Error }) {
  return (
    <p role="alert" style={{ color: 'var(--bad)' }}>
      {describeError(error)}
    </p>
  )
}
