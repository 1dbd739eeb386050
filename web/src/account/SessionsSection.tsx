/** Where one is signed in, and how to end that. */
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { accountApi } from '../api/accountApi'
import { ownSessionsQuery } from '../api/accountQueries'
import type { OwnSession } from '../api/types'
import { visibleText } from '../format/text'
import { deviceOf } from '../format/userAgent'
import { t } from '../i18n'
import { leave } from '../session/session'
import { DataTable, type DataColumn } from '../ui/DataTable'
import { useAction } from '../ui/forms'
import { Section } from '../ui/Page'
import { StatusChip } from '../ui/StatusChip'
import { useConfirm } from '../ui/useConfirm'
import { When } from '../ui/When'
import classes from './Account.module.css'

export function SessionsSection() {
  const texts = t.account.sessions
  const { data, error } = useQuery(ownSessionsQuery)
  const end = useAction(accountApi.endSession, { renews: [['account', 'sessions']] })
  const { dialog, ask } = useConfirm()
  const askEnd = (session: OwnSession) =>
    ask({
      title: texts.endTitle,
      text: texts.endText(deviceName(session), session.ip || t.values.none),
      action: texts.end,
      run: () => end.mutateAsync(session.id),
    })
  const columns: DataColumn<OwnSession>[] = [
    {
      label: texts.device,
      long: true,
      cell: (session) => (
        <span className={classes.device} title={session.user_agent}>
          {deviceName(session)}
          {session.current && <StatusChip tone="ok">{texts.current}</StatusChip>}
        </span>
      ),
    },
    { label: texts.address, long: true, cell: ({ ip }) => ip || t.values.none },
    {
      label: texts.method,
      cell: ({ method }) => texts.methods[method] ?? method,
    },
    { label: texts.seen, cell: ({ last_seen_at }) => <When time={last_seen_at} /> },
    {
      label: texts.actions,
      actions: true,
      cell: (session) =>
        !session.current && (
          <Button
            size="compact-sm"
            variant="subtle"
            aria-label={texts.endLabel(deviceName(session))}
            onClick={() => askEnd(session)}
          >
            {texts.end}
          </Button>
        ),
    },
  ]
  return (
    <Section
      id="sessions"
      title={texts.title}
      lead={texts.lead}
      actions={
        <Button
          variant="default"
          onClick={() =>
            ask({
              title: texts.endAllTitle,
              text: texts.endAllText,
              action: texts.endAll,
              run: () => accountApi.endAllSessions().then(leave),
            })
          }
        >
          {texts.endAll}
        </Button>
      }
    >
      <DataTable
        label={texts.table}
        columns={columns}
        rows={data}
        error={error}
        keyOf={({ id }) => id}
        empty={null}
      />
      {dialog}
    </Section>
  )
}

function deviceName({ user_agent }: OwnSession): string {
  const texts = t.account.sessions
  if (!user_agent) return texts.unknown
  const device = deviceOf(user_agent)
  if (!device) return visibleText(user_agent).slice(0, 60)
  return device.system === undefined ? device.browser : texts.on(device.browser, device.system)
}
