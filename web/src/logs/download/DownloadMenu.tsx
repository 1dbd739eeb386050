/** The filtered events as a file. The browser takes it as it comes, however large it is. */
import { Button, Checkbox, SegmentedControl, Stack } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Suspense, lazy, useState } from 'react'
import { part } from '../../api/parts'
import { totalQuery } from '../../api/queries'
import { formatNumber } from '../../format/number'
import { t } from '../../i18n'
import { describeError } from '../../ui/describeError'
import { Notice } from '../../ui/Notice'
import { useColumns } from '../columns/useColumns'
import { useLogView } from '../LogView'
import { selectionParams } from '../logState'
import { columnsFor, downloadAddress, payloadFields, type Format } from './downloadAddress'
import { startDownload } from './startDownload'
import classes from './DownloadMenu.module.css'

const DownloadLog = lazy(part(() => import('./DownloadLog')))

export default function DownloadMenu({ onDone }: { onDone: () => void }) {
  const { place, stream, fields, asked } = useLogView()
  const { names } = useColumns()
  const [format, setFormat] = useState<Format>('csv')
  const [columns, setColumns] = useState<'all' | 'shown'>('all')
  const [payloads, setPayloads] = useState(false)
  const [background, setBackground] = useState(false)
  const { data: total } = useQuery(totalQuery(stream, selectionParams(asked)))
  const shown = columns === 'shown' ? ['time', ...names] : undefined
  const address = downloadAddress(stream, asked, {
    format,
    columns: columnsFor(fields, shown, payloads),
  })
  const start = useMutation({ mutationFn: startDownload, onSuccess: onDone })
  if (background) {
    return (
      <Suspense>
        <DownloadLog />
      </Suspense>
    )
  }
  return (
    <Stack className={classes.menu ?? ''} gap={12}>
      <div>
        <h2>{t.download.title}</h2>
        <p>{total === undefined ? t.download.counting : t.download.about(formatNumber(total))}</p>
      </div>
      <div>
        <SegmentedControl
          size="xs"
          fullWidth
          aria-label={t.download.format}
          value={format}
          onChange={setFormat}
          data={(['csv', 'jsonl'] as const).map((value) => ({
            value,
            label: t.download.formats[value],
          }))}
        />
        <p>{t.download.formatHints[format]}</p>
      </div>
      {place !== 'requests' && (
        <SegmentedControl
          size="xs"
          fullWidth
          aria-label={t.download.columns}
          value={columns}
          onChange={setColumns}
          data={(['all', 'shown'] as const).map((value) => ({
            value,
            label: t.download.columnSets[value],
          }))}
        />
      )}
      {payloadFields(fields).length > 0 && (
        <Checkbox
          size="xs"
          label={t.download.payloads}
          checked={payloads}
          onChange={(event) => setPayloads(event.currentTarget.checked)}
        />
      )}
      {start.error && <Notice tone="bad">{describeError(start.error)}</Notice>}
      <Button
        size="xs"
        loading={start.isPending}
        data-autofocus
        onClick={() => start.mutate(address)}
      >
        {t.download.start}
      </Button>
      <div>
        <Button size="xs" variant="default" fullWidth onClick={() => setBackground(true)}>
          {t.download.log}
        </Button>
        <p>{t.download.logHint}</p>
      </div>
    </Stack>
  )
}
