/** Who is signed in; pressing it offers the appearance, the language and the way out. */
import { UnstyledButton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Suspense, lazy, useState } from 'react'
import { part } from '../api/parts'
import { sessionQuery } from '../api/queries'
import { t } from '../i18n'
import { useDrop } from '../ui/Drop'
import classes from './AccountMenu.module.css'

const AccountMenuItems = lazy(part(() => import('./AccountMenuItems')))

interface AccountMenuProps {
  narrow: boolean
  onShortcuts: () => void
}

export function AccountMenu({ narrow, onShortcuts }: AccountMenuProps) {
  const session = useQuery(sessionQuery)
  const { drop, target } = useDrop('menu')
  const [needed, setNeeded] = useState(false)
  if (drop.opened && !needed) setNeeded(true)
  const email = session.data?.email ?? ''
  return (
    <>
      <UnstyledButton
        {...target}
        className={classes.account ?? ''}
        data-narrow={narrow || undefined}
        aria-label={t.app.account(email)}
      >
        <span className={classes.avatar} aria-hidden>
          {email.charAt(0).toUpperCase()}
        </span>
        {!narrow && (
          <span className={classes.who}>
            <span className={classes.email}>{email}</span>
            <span className={classes.role}>{session.data && t.roles[session.data.role]}</span>
          </span>
        )}
      </UnstyledButton>
      {needed && (
        <Suspense>
          <AccountMenuItems drop={drop} onShortcuts={onShortcuts} />
        </Suspense>
      )}
    </>
  )
}
