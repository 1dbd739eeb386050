/** One saved view: pressing it goes there. */
import { ActionIcon, Tooltip } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { sessionQuery } from '../../api/queries'
import type { SavedView } from '../../api/types'
import { viewsApi } from '../../api/viewsApi'
import { t } from '../../i18n'
import { EventText } from '../../ui/EventText'
import { useAction } from '../../ui/forms'
import { Icon } from '../../ui/Icon'
import { useLogView } from '../LogView'
import { addressOf } from '../place'
import { placeName } from './placeName'
import { placeOf, searchOf, viewQueryOf } from './viewQuery'
import classes from './ViewsMenu.module.css'

interface ViewItemProps {
  view: SavedView
  onChoose: () => void
  onEdit: () => void
  onDeleted: () => void
}

export function ViewItem({ view, onChoose, onEdit, onDeleted }: ViewItemProps) {
  const { place: here, state } = useLogView()
  const { data: session } = useQuery(sessionQuery)
  const remove = useAction(viewsApi.delete, { renews: [['views']], onDone: onDeleted })
  const place = placeOf(view.screen)
  if (place === undefined) return null
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
        <Tooltip label={t.views.edit(view.name)}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={26}
            aria-label={t.views.edit(view.name)}
            onClick={onEdit}
          >
            <Icon name="pen" size={14} />
          </ActionIcon>
        </Tooltip>
      )}
      {deletes && (
        <Tooltip label={t.views.delete(view.name)}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={26}
            loading={remove.isPending}
            aria-label={t.views.delete(view.name)}
            onClick={() => remove.mutate(view.id)}
          >
            <Icon name="close" size={13} />
          </ActionIcon>
        </Tooltip>
      )}
    </li>
  )
}
