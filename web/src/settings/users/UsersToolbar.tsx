/** Search and choices above the list of accounts; the exact number of those that fit. */
import { NativeSelect, TextInput } from '@mantine/core'
import { useRef } from 'react'
import { ROLES, USER_STATES } from '../../api/types'
import { t } from '../../i18n'
import { settingsTexts } from '../../i18n/settings'
import { useShortcuts } from '../../keyboard/useShortcuts'
import { Icon } from '../../ui/Icon'
import { useSearchText } from '../../ui/useSearchText'
import type { ShowUsers } from './UsersPage'
import type { UsersState } from './usersState'
import classes from './UsersPage.module.css'

interface UsersToolbarProps {
  state: UsersState
  total: number | undefined
  onShow: ShowUsers
}

export function UsersToolbar({ state, total, onShow }: UsersToolbarProps) {
  const texts = settingsTexts().users
  const input = useRef<HTMLInputElement>(null)
  const { typing } = useSearchText(state.q, (q) => onShow({ q, page: 1 }))
  useShortcuts({
    '/': (event) => {
      event.preventDefault()
      input.current?.select()
    },
  })
  return (
    <div className={classes.bar}>
      <TextInput
        ref={input}
        type="search"
        aria-label={texts.search}
        placeholder={texts.search}
        leftSection={<Icon name="search" size={14} />}
        {...typing}
      />
      <NativeSelect
        aria-label={texts.role}
        value={state.role ?? ''}
        onChange={(event) => {
          const chosen = event.currentTarget.value
          onShow({ role: ROLES.find((role) => role === chosen), page: 1 })
        }}
        data={[
          { value: '', label: texts.anyRole },
          ...ROLES.map((role) => ({ value: role, label: t.roles[role] })),
        ]}
      />
      <NativeSelect
        aria-label={texts.state}
        value={state.state ?? ''}
        onChange={(event) => {
          const chosen = event.currentTarget.value
          onShow({ state: USER_STATES.find((known) => known === chosen), page: 1 })
        }}
        data={[
          { value: '', label: texts.anyState },
          ...USER_STATES.map((known) => ({ value: known, label: texts.states[known] })),
        ]}
      />
      <output className={classes.total} aria-live="polite">
        {total === undefined ? t.list.counting : texts.total(total)}
      </output>
    </div>
  )
}
