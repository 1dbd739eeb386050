/** Whose usage is the account's own: set here, or by an identity provider. */
import { Button, Group } from '@mantine/core'
import { useState } from 'react'
import { usersApi } from '../../api/adminApi'
import type { Link, User } from '../../api/types'
import { t } from '../../i18n'
import { settingsTexts } from '../../i18n/settings'
import { describeError } from '../../ui/describeError'
import { EventText } from '../../ui/EventText'
import { useAction } from '../../ui/forms'
import { LinkRows } from './LinkRows'
import { completeLinks, sameLinks } from './links'
import classes from './UserPanel.module.css'

export function UserLinks({ user, readOnly }: { user: User; readOnly: boolean }) {
  const texts = settingsTexts().users
  const set = user.links.filter(({ source }) => source === 'admin')
  const claimed = user.links.filter(({ source }) => source !== 'admin')
  return (
    <section className={classes.section}>
      <h3>{texts.ownData}</h3>
      {readOnly ? (
        <LinkList links={set} empty={claimed.length === 0} />
      ) : (
        // What is stored decides what the editor begins with.
        <LinksEditor key={JSON.stringify(set)} user={user} stored={set} />
      )}
      {claimed.length > 0 && (
        <div className={classes.claimed}>
          <p className={classes.note}>{texts.claimLinks}</p>
          <LinkList links={claimed} empty={false} />
        </div>
      )}
    </section>
  )
}

function LinkList({ links, empty }: { links: Link[]; empty: boolean }) {
  if (empty && links.length === 0)
    return <p className={classes.note}>{settingsTexts().users.noLinks}</p>
  return (
    <ul className={classes.claims}>
      {links.map(({ origin, user_id }) => (
        <li key={JSON.stringify([origin, user_id])}>
          {origin} / <EventText value={user_id} />
        </li>
      ))}
    </ul>
  )
}

function LinksEditor({ user, stored }: { user: User; stored: Link[] }) {
  const [links, setLinks] = useState<Link[]>(() =>
    stored.map(({ origin, user_id }) => ({ origin, user_id })),
  )
  const [incomplete, setIncomplete] = useState(false)
  const save = useAction((next: Link[]) => usersApi.setLinks(user.id, next), {
    renews: [['users'], ['session']],
  })
  const complete = completeLinks(links)
  const changed = !complete || !sameLinks(complete, stored)
  const submit = (event: React.SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    setIncomplete(!complete)
    if (complete) save.mutate(complete)
  }
  return (
    <form onSubmit={submit} noValidate>
      <LinkRows
        links={links}
        onChange={setLinks}
        error={
          incomplete
            ? settingsTexts().links.incomplete
            : save.error
              ? describeError(save.error)
              : undefined
        }
      />
      <Group mt={10}>
        <Button type="submit" size="xs" disabled={!changed} loading={save.isPending}>
          {t.ask.save}
        </Button>
      </Group>
    </form>
  )
}
