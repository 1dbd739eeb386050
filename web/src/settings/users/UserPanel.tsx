/** One account: what it is, what it may do, and what can be done for it. */
import { ActionIcon, Skeleton, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { userQuery } from '../../api/adminQueries'
import { hasStatus } from '../../api/errors'
import type { User } from '../../api/types'
import { t } from '../../i18n'
import { settingsTexts } from '../../i18n/settings'
import { useRights } from '../../session/rights'
import { EventText } from '../../ui/EventText'
import { Icon } from '../../ui/Icon'
import { Message } from '../../ui/Message'
import { describeError } from '../../ui/describeError'
import { AccessActions } from './AccessActions'
import { RoleField } from './RoleField'
import { UserAbout } from './UserAbout'
import { UserChips } from './UserChips'
import { UserLinks } from './UserLinks'
import { UserRecord } from './UserRecord'
import classes from './UserPanel.module.css'

export function UserPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const { data: user, error } = useQuery(userQuery(id))
  const texts = settingsTexts().users
  return (
    <div className={classes.panel}>
      <header className={classes.header}>
        <div>
          <h2>{user ? <EventText value={user.email} /> : error ? texts.panel : t.ask.loading}</h2>
          {user && <UserChips user={user} />}
        </div>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={32}
          aria-label={texts.close}
          onClick={onClose}
        >
          <Icon name="close" />
        </ActionIcon>
      </header>
      {user ? (
        <UserDetails user={user} onRemoved={onClose} />
      ) : error ? (
        <Message
          icon="alert"
          title={hasStatus(error, 404) ? texts.notFound : t.errors.title}
          text={hasStatus(error, 404) ? texts.notFoundHint : describeError(error)}
        />
      ) : (
        <Stack gap={20} p={18} aria-hidden>
          {[80, 60, 200].map((height) => (
            <Skeleton key={height} height={height} />
          ))}
        </Stack>
      )}
    </div>
  )
}

function UserDetails({ user, onRemoved }: { user: User; onRemoved: () => void }) {
  const { administers } = useRights()
  return (
    <div className={classes.body}>
      <UserAbout user={user} />
      <RoleField user={user} readOnly={!administers} />
      <UserLinks user={user} readOnly={!administers} />
      {administers && <AccessActions user={user} onRemoved={onRemoved} />}
      <UserRecord user={user} />
    </div>
  )
}
