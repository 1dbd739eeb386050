/** Files of events: how far they are, and the way to them. */
import { Button, Progress } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { exportApi, exportFile, exportsQuery, isOpen } from '../api/exportApi'
import { sessionQuery } from '../api/queries'
import type { Export } from '../api/types'
import { formatBytes, formatNumber } from '../format/number'
import { t } from '../i18n'
import { exportTexts } from '../i18n/exports'
import { useRights } from '../session/rights'
import { DataTable, type DataColumn } from '../ui/DataTable'
import { useAction } from '../ui/forms'
import { Message } from '../ui/Message'
import { Page } from '../ui/Page'
import { StatusChip, type Tone } from '../ui/StatusChip'
import { useConfirm } from '../ui/useConfirm'
import { When } from '../ui/When'

const TONES: Record<Export['state'], Tone> = {
  waiting: 'quiet',
  running: 'info',
  done: 'ok',
  failed: 'bad',
  expired: 'quiet',
}

export function ExportsPage() {
  const texts = exportTexts()
  const { administers } = useRights()
  const { data: session } = useQuery(sessionQuery)
  const { data, error } = useQuery(exportsQuery)
  const remove = useAction(exportApi.remove, { renews: [['exports']] })
  const { dialog, ask } = useConfirm()
  const askRemove = ({ id, file_name }: Export) =>
    ask({
      title: texts.removeTitle,
      text: texts.removeText(file_name),
      action: texts.remove,
      run: () => remove.mutateAsync(id),
    })
  const columns: DataColumn<Export>[] = [
    { label: texts.file, long: true, cell: ({ file_name }) => file_name },
    ...(administers ? [{ label: texts.askedBy, cell: (one: Export) => one.asked_by }] : []),
    { label: texts.state, long: true, cell: (one) => <State one={one} /> },
    { label: texts.count, cell: ({ events }) => formatNumber(events) },
    { label: texts.size, cell: ({ bytes }) => formatBytes(bytes) },
    { label: texts.created, cell: ({ created_at }) => <When time={created_at} /> },
    {
      label: texts.actions,
      actions: true,
      cell: (one) => (
        <>
          {one.state === 'done' && one.asked_by === session?.email && (
            <Button
              component="a"
              href={exportFile(one.id)}
              download={one.file_name}
              size="compact-sm"
              variant="light"
              aria-label={texts.downloadLabel(one.file_name)}
            >
              {texts.download}
            </Button>
          )}
          <Button
            size="compact-sm"
            variant="subtle"
            aria-label={texts.removeLabel(one.file_name)}
            onClick={() => askRemove(one)}
          >
            {texts.remove}
          </Button>
        </>
      ),
    },
  ]
  return (
    <Page title={t.pages.exports} lead={administers ? texts.pageLeadAll : texts.pageLead}>
      <DataTable
        label={texts.table}
        columns={columns}
        rows={data}
        error={error}
        keyOf={({ id }) => id}
        empty={<Message icon="download" title={texts.empty} text={texts.emptyHint} />}
      />
      {dialog}
    </Page>
  )
}

/** The state in a word; a bar while it is under way, and the reason where there is one. */
function State({ one }: { one: Export }) {
  const texts = exportTexts()
  return (
    <>
      <StatusChip tone={TONES[one.state]}>{texts.states[one.state]}</StatusChip>
      {isOpen(one) && one.progress != null && (
        <Progress.Root mt={6}>
          <Progress.Section value={one.progress} aria-label={texts.progress(one.file_name)} />
        </Progress.Root>
      )}
      {one.error != null && <div>{one.error}</div>}
    </>
  )
}
