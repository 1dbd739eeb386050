/** Asks, in the place of a saved view, whether it shall really go: it cannot be brought back. */
import { Button } from '@mantine/core'
import type { SavedView } from '../../api/types'
import { viewsApi } from '../../api/viewsApi'
import { t } from '../../i18n'
import { describeError } from '../../ui/describeError'
import { useAction } from '../../ui/forms'
import { Notice } from '../../ui/Notice'
import classes from './ViewsMenu.module.css'

interface DeleteViewProps {
  view: SavedView
  onKeep: () => void
}

export function DeleteView({ view, onKeep }: DeleteViewProps) {
  const remove = useAction(viewsApi.delete, { renews: [['views']] })
  return (
    <li className={classes.deleting}>
      <span>{view.shared ? t.views.deleteShared(view.name) : t.views.deleteOwn(view.name)}</span>
      {remove.error && <Notice tone="bad">{describeError(remove.error)}</Notice>}
      <div>
        <Button variant="default" size="compact-xs" autoFocus onClick={onKeep}>
          {t.views.keep}
        </Button>
        <Button
          color="danger"
          size="compact-xs"
          loading={remove.isPending}
          onClick={() => remove.mutate(view.id)}
        >
          {t.views.deleteNow}
        </Button>
      </div>
    </li>
  )
}
