/** Accounts: the list at the left, one of them beside it. */
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { usersQuery } from '../../api/adminQueries'
import type { UserPage } from '../../api/types'
import { t } from '../../i18n'
import { settingsTexts } from '../../i18n/settings'
import { useShortcuts } from '../../keyboard/useShortcuts'
import { useRights } from '../../session/rights'
import { Icon } from '../../ui/Icon'
import { Page } from '../../ui/Page'
import { InviteDialog } from './InviteDialog'
import { UserPanel } from './UserPanel'
import { UsersTable } from './UsersTable'
import { UsersToolbar } from './UsersToolbar'
import { filterOf, readUsersState, writeUsersState, type UsersState } from './usersState'
import split from '../../ui/Split.module.css'
import classes from './UsersPage.module.css'

export function UsersPage() {
  const [state, show] = useUsersState()
  const { administers } = useRights()
  const [inviting, setInviting] = useState(false)
  const users = useQuery({
    ...usersQuery(filterOf(state)),
    placeholderData: (previous: UserPage | undefined) => previous,
  })
  const close = () => show({ open: undefined })
  useShortcuts({
    Escape: () => {
      if (state.open !== undefined) close()
    },
  })
  return (
    <div className={split.split} data-open={state.open !== undefined || undefined}>
      <Page
        title={t.pages.users}
        lead={administers ? settingsTexts().users.lead : settingsTexts().readOnly}
        actions={
          administers && (
            <Button leftSection={<Icon name="plus" />} onClick={() => setInviting(true)}>
              {settingsTexts().users.invite}
            </Button>
          )
        }
      >
        <UsersToolbar state={state} total={users.data?.total} onShow={show} />
        <UsersTable state={state} users={users} onShow={show} />
      </Page>
      {state.open !== undefined && (
        <aside
          className={`${split.panel ?? ''} ${classes.panel ?? ''}`}
          aria-label={settingsTexts().users.panel}
        >
          <UserPanel key={state.open} id={state.open} onClose={close} />
        </aside>
      )}
      {administers && <InviteDialog opened={inviting} onClose={() => setInviting(false)} />}
    </div>
  )
}

export type ShowUsers = (patch: Partial<UsersState>) => void

function useUsersState(): [UsersState, ShowUsers] {
  const state = readUsersState(useSearch({ from: '/signed-in/settings/users' }))
  const navigate = useNavigate()
  const show: ShowUsers = (patch) =>
    void navigate({
      to: '/settings/users',
      search: writeUsersState({ ...state, ...patch }),
      // Typing in the search is no step that one goes back to.
      replace: patch.q !== undefined,
    })
  return [state, show]
}
