/** Views to go back to: one's own, those that others share, and what one looked at lately. */
import { Button, Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { viewsQuery } from '../../api/viewsApi'
import type { SavedView } from '../../api/types'
import { t } from '../../i18n'
import { describeError } from '../../ui/describeError'
import { Icon } from '../../ui/Icon'
import { Notice } from '../../ui/Notice'
import { RecentList } from './RecentList'
import { ViewForm } from './ViewForm'
import { ViewItem } from './ViewItem'
import classes from './ViewsMenu.module.css'

export default function ViewsMenu({ onDone }: { onDone: () => void }) {
  const [editing, setEditing] = useState<SavedView | 'new'>()
  const { data, error, isPending, refetch } = useQuery(viewsQuery)
  if (editing !== undefined) {
    return (
      <div className={classes.menu}>
        <ViewForm
          view={editing === 'new' ? undefined : editing}
          onDone={() => setEditing(undefined)}
        />
      </div>
    )
  }
  const list = (views: SavedView[]) =>
    views.map((view) => (
      <ViewItem key={view.id} view={view} onChoose={onDone} onEdit={() => setEditing(view)} />
    ))
  const own = data?.filter((view) => view.own) ?? []
  const shared = data?.filter((view) => !view.own) ?? []
  return (
    <div className={classes.menu}>
      <div className={classes.save}>
        <Button
          size="xs"
          variant="light"
          fullWidth
          leftSection={<Icon name="plus" size={13} />}
          onClick={() => setEditing('new')}
        >
          {t.views.save}
        </Button>
      </div>
      {error && (
        <Notice tone="bad">
          {describeError(error)}{' '}
          <Button size="compact-xs" variant="default" onClick={() => void refetch()}>
            {t.errors.retry}
          </Button>
        </Notice>
      )}
      {(data !== undefined || isPending) && (
        <section>
          <h3>{t.views.own}</h3>
          {isPending ? (
            <Skeleton className={classes.skeleton ?? ''} height={12} width="62%" />
          ) : own.length > 0 ? (
            <ul>{list(own)}</ul>
          ) : (
            <p>{t.views.ownEmpty}</p>
          )}
        </section>
      )}
      {shared.length > 0 && (
        <section>
          <h3>{t.views.shared}</h3>
          <ul>{list(shared)}</ul>
        </section>
      )}
      <RecentList onChoose={onDone} />
    </div>
  )
}
