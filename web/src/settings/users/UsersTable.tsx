/** The accounts that fit, a page of them. */
import { Button, Pagination } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { User, UserPage } from '../../api/types'
import { t } from '../../i18n'
import { settingsTexts } from '../../i18n/settings'
import { DataTable, type DataColumn } from '../../ui/DataTable'
import { EventText } from '../../ui/EventText'
import { Message } from '../../ui/Message'
import { When } from '../../ui/When'
import { UserChips } from './UserChips'
import type { ShowUsers } from './UsersPage'
import { isNarrowed, PAGE_SIZE, writeUsersState, type UsersState } from './usersState'
import classes from './UsersPage.module.css'

interface UsersTableProps {
  state: UsersState
  users: UseQueryResult<UserPage>
  onShow: ShowUsers
}

export function UsersTable({ state, users, onShow }: UsersTableProps) {
  const texts = settingsTexts().users
  const columns: DataColumn<User>[] = [
    {
      label: texts.email,
      long: true,
      cell: ({ id, email }) => (
        <Link
          className={classes.email}
          to="/settings/users"
          search={writeUsersState({ ...state, open: id })}
          aria-label={texts.open(email)}
        >
          <EventText value={email} />
        </Link>
      ),
    },
    { label: texts.role, cell: ({ role }) => t.roles[role] },
    { label: texts.state, cell: (user) => <UserChips user={user} /> },
    { label: texts.mfa, cell: ({ mfa_enabled }) => (mfa_enabled ? texts.on : texts.off) },
    {
      label: texts.lastSignIn,
      cell: ({ last_sign_in_at }) =>
        last_sign_in_at ? <When time={last_sign_in_at} /> : texts.never,
    },
  ]
  const pages = Math.ceil((users.data?.total ?? 0) / PAGE_SIZE)
  const clear = () => onShow({ q: '', role: undefined, state: undefined, page: 1 })
  return (
    <>
      <DataTable
        label={texts.table}
        // Beside an open account only what tells accounts apart is kept.
        columns={state.open === undefined ? columns : columns.slice(0, 3)}
        rows={users.data?.items}
        error={users.error}
        stale={users.isPlaceholderData}
        marked={state.open}
        keyOf={({ id }) => id}
        empty={
          <Message title={texts.noMatch} text={texts.noMatchHint}>
            {(isNarrowed(state) || state.page > 1) && (
              <Button size="xs" onClick={clear}>
                {texts.clear}
              </Button>
            )}
          </Message>
        }
      />
      {pages > 1 && (
        <div className={classes.pages}>
          <Pagination
            size="sm"
            total={pages}
            value={state.page}
            onChange={(page) => onShow({ page })}
            aria-label={t.list.pages}
            getItemProps={(page) => ({ 'aria-label': t.list.page(page) })}
            getControlProps={(control) => ({
              'aria-label': control === 'next' ? t.list.nextPage : t.list.previousPage,
            })}
          />
        </div>
      )}
    </>
  )
}
