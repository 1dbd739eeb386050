/** One saved view: pressing it goes there. */
import { ActionIcon } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { sessionQuery } from '../../api/queries'
import type { SavedView } from '../../api/types'
import { t } from '../../i18n'
import { EventText } from '../../ui/EventText'
import { Icon } from '../../ui/Icon'
import { useLogView } from '../LogView'
import { addressOf } from '../place'
import { DeleteView } from './DeleteView'
import { placeName } from './placeName'
import { placeOf, searchOf, viewQueryOf } from './viewQuery'
import classes from './ViewsMenu.module.css'

interface ViewItemProps {
  view: SavedView
  onChoose: () => void
  onEdit: () => void
}

export function ViewItem({ view, onChoose, onEdit }: ViewItemProps) {
  const { place: here, state } = useLogView()
  const { data: session } = useQuery(sessionQuery)
  const [asking, setAsking] = useState(false)
  const place = placeOf(view.screen)
  if (place === undefined) return null
  if (asking) return <DeleteView view={view} onKeep={() => setAsking(false)} />
  const isCurrent = place === here && view.query === viewQueryOf(state)
  const deletes = view.own || session?.role === 'super_admin'
  return (
    <li className={classes.item} data-current={isCurrent || undefined}>
      <Link {...addressOf(place, searchOf(view.query))} preload={false} onClick={onChoose}>
        <span className={classes.name}>
          <EventText value={view.name} />
        </span>
        <span className={classes.about}>
          {placeName(place)}
          {view.own ? view.shared && ` · ${t.views.isShared}` : ` · ${view.owner}`}
        </span>
      </Link>
      {view.own && (
        <ActionIcon
          variant="subtle"
          color="gray"
          size={26}
          aria-label={t.views.edit(view.name)}
          data-hint={t.views.edit(view.name)}
          onClick={onEdit}
        >
          <Icon name="pen" size={14} />
        </ActionIcon>
      )}
      {deletes && (
        <ActionIcon
          variant="subtle"
          color="gray"
          size={26}
          aria-label={t.views.delete(view.name)}
          data-hint={t.views.delete(view.name)}
          onClick={() => setAsking(true)}
        >
          <Icon name="close" size={13} />
        </ActionIcon>
      )}
    </li>
  )
}
