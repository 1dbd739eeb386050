/** Asks for a file of what the list shows, or of more than it can show: archived events, too. */
import { Button, Checkbox, NativeSelect, Stack } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { exportApi } from '../../api/exportApi'
import type { NewExport } from '../../api/types'
import { zoneName } from '../../format/time'
import { t } from '../../i18n'
import { exportTexts } from '../../i18n/exports'
import { describeError } from '../../ui/describeError'
import { formText, useAction } from '../../ui/forms'
import { Notice } from '../../ui/Notice'
import { useLogView } from '../LogView'
import { selectionParams } from '../logState'
import { resolveRange } from '../range/range'
import { readSpan, SpanInputs, spanText } from '../range/SpanInputs'
import classes from './DownloadMenu.module.css'
import { filtersOf, type Choice } from './filtersOf'

export default function DownloadLog() {
  const texts = exportTexts()
  const { stream, asked, zone } = useLogView()
  const [choice, setChoice] = useState<Choice>('shown')
  const [text, setText] = useState(() => spanText(resolveRange(asked.from, asked.to), zone))
  const span = readSpan(text, zone)
  const navigate = useNavigate()
  const create = useAction(exportApi.create, {
    renews: [['exports']],
    onDone: () => void navigate({ to: '/downloads' }),
  })
  const submit = (event: React.SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const filters = filtersOf(selectionParams(asked), choice, span)
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
          data-autofocus
          label={texts.events}
          value={choice}
          onChange={(event) => setChoice(event.currentTarget.value as Choice)}
          data={choices(texts.choices)}
        />
        {choice === 'between' && (
          <>
            <SpanInputs text={text} valid={span !== undefined} size="xs" onChange={setText} />
            <p>
              {t.range.zone} {zoneName(span?.to ?? new Date(), zone)}
            </p>
          </>
        )}
        <NativeSelect size="xs" label={texts.format} name="format" data={choices(texts.formats)} />
        <Checkbox size="xs" label={texts.bom} description={texts.bomHint} name="bom" />
        {create.error && <Notice tone="bad">{describeError(create.error)}</Notice>}
        <Button
          size="xs"
          type="submit"
          loading={create.isPending}
          disabled={choice === 'between' && !span}
        >
          {texts.submit}
        </Button>
      </Stack>
    </form>
  )
}

const choices = (texts: Record<string, string>) =>
  Object.entries(texts).map(([value, label]) => ({ value, label }))
