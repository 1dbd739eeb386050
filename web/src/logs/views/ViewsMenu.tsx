/** Views to go back to: one's own, those that others share, and what one looked at lately. */
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
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
  const { data, error } = useQuery(viewsQuery)
  const menu = useRef<HTMLDivElement>(null)
  // What had the focus goes away; without one the keyboard would not reach the menu any more.
  const keepFocus = () => menu.current?.focus()
  if (editing !== undefined) {
    const done = () => {
      keepFocus()
      setEditing(undefined)
    }
    return (
      <div ref={menu} className={classes.menu} tabIndex={-1}>
        <ViewForm view={editing === 'new' ? undefined : editing} onDone={done} />
      </div>
    )
  }
  const list = (views: SavedView[]) =>
    views.map((view) => (
      <ViewItem
        key={view.id}
        view={view}
        onChoose={onDone}
        onEdit={() => setEditing(view)}
        onDeleted={keepFocus}
      />
    ))
  const own = data?.filter((view) => view.own) ?? []
  const shared = data?.filter((view) => !view.own) ?? []
  return (
    <div ref={menu} className={classes.menu} tabIndex={-1}>
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
      {error && <Notice tone="bad">{describeError(error)}</Notice>}
      <section>
        <h3>{t.views.own}</h3>
        {own.length > 0 ? <ul>{list(own)}</ul> : <p>{t.views.ownEmpty}</p>}
      </section>
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
