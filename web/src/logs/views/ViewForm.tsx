/** Saves what is asked now under a name, or changes what was saved. */
import { Button, Checkbox, Group, Stack, TextInput } from '@mantine/core'
import { viewsApi } from '../../api/viewsApi'
import type { SavedView } from '../../api/types'
import { t } from '../../i18n'
import { fieldError, formError } from '../../ui/describeError'
import { formText, useAction } from '../../ui/forms'
import { Notice } from '../../ui/Notice'
import { useColumns } from '../columns/useColumns'
import { useLogView } from '../LogView'
import { describeView, viewQueryOf } from './viewQuery'
import classes from './ViewsMenu.module.css'

const NAME_CHARACTERS_MAX = 128

interface ViewFormProps {
  /** The view to change; absent while a new one is saved. */
  view: SavedView | undefined
  onDone: () => void
}

export function ViewForm({ view, onDone }: ViewFormProps) {
  const { place, fields } = useLogView()
  const query = useCurrentQuery()
  const options = { renews: [['views']], onDone }
  const create = useAction(viewsApi.create, options)
  const change = useAction(viewsApi.change, options)
  const { error } = view ? change : create
  const submit = (event: React.SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const input = { name: formText(form, 'name'), shared: form.has('shared') }
    if (!view) create.mutate({ ...input, screen: place, query })
    else change.mutate({ id: view.id, ...input, ...(form.has('replace') && { query }) })
  }
  const other = formError(error, ['name'])
  return (
    <form className={classes.form} onSubmit={submit}>
      <h2>{view ? t.views.change : t.views.save}</h2>
      <Stack gap={12}>
        <TextInput
          name="name"
          label={t.views.name}
          defaultValue={view?.name ?? ''}
          maxLength={NAME_CHARACTERS_MAX}
          required
          withAsterisk={false}
          data-autofocus
          error={fieldError(error, 'name')}
        />
        {view?.screen === place && (
          <Checkbox
            name="replace"
            size="xs"
            label={t.views.replace}
            description={describeView(query, fields)}
          />
        )}
        <Checkbox
          name="shared"
          size="xs"
          label={t.views.share}
          description={t.views.shareHint}
          defaultChecked={view?.shared ?? false}
        />
        {other !== undefined && <Notice tone="bad">{other}</Notice>}
        <Group gap={8} justify="flex-end">
          <Button variant="default" size="xs" onClick={onDone}>
            {t.ask.cancel}
          </Button>
          <Button type="submit" size="xs" loading={create.isPending || change.isPending}>
            {t.ask.save}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

/** What is asked now, with the columns when they are others than the usual ones. */
function useCurrentQuery(): string {
  const { place, state } = useLogView()
  const { names, chosen } = useColumns()
  const columns = chosen && place !== 'requests' ? names : undefined
  return viewQueryOf({ ...state, columns })
}
