/** Asks for a file of what the list shows, or of more than it can show: archived events, too. */
import { Button, Checkbox, NativeSelect, Stack } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { exportApi } from '../../api/exportApi'
import type { NewExport } from '../../api/types'
import { exportTexts } from '../../i18n/exports'
import { describeError } from '../../ui/describeError'
import { formText, useAction } from '../../ui/forms'
import { Notice } from '../../ui/Notice'
import { useLogView } from '../LogView'
import { selectionParams } from '../logState'
import classes from './DownloadMenu.module.css'
import { filtersOf } from './filtersOf'

export default function DownloadLog() {
  const texts = exportTexts()
  const { stream, asked } = useLogView()
  const navigate = useNavigate()
  const create = useAction(exportApi.create, {
    renews: [['exports']],
    onDone: () => void navigate({ to: '/downloads' }),
  })
  const submit = (event: React.SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const filters = filtersOf(selectionParams(asked), formText(form, 'events'))
    const format = formText(form, 'format') as NonNullable<NewExport['format']>
    create.mutate({ stream, format, filters, bom: form.has('bom') && format === 'csv' })
  }
  return (
    <form className={classes.menu} onSubmit={submit}>
      <Stack gap={12}>
        <div>
          <h2>{texts.title}</h2>
          <p>{texts.lead}</p>
        </div>
        <NativeSelect
          size="xs"
          label={texts.events}
          name="events"
          data-autofocus
          data={choices(texts.choices)}
        />
        <NativeSelect size="xs" label={texts.format} name="format" data={choices(texts.formats)} />
        <Checkbox size="xs" label={texts.bom} description={texts.bomHint} name="bom" />
        {create.error && <Notice tone="bad">{describeError(create.error)}</Notice>}
        <Button size="xs" type="submit" loading={create.isPending}>
          {texts.submit}
        </Button>
      </Stack>
    </form>
  )
}

const choices = (texts: Record<string, string>) =>
  Object.entries(texts).map(([value, label]) => ({ value, label }))
