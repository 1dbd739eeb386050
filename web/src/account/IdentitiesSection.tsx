/** Accounts at identity providers that open this one. */
import { Button, Group } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useLocation } from '@tanstack/react-router'
import { accountApi, gateApi } from '../api/accountApi'
import { ssoButtonsQuery } from '../api/accountQueries'
import type { Account } from '../api/types'
import { t } from '../i18n'
import { ssoError } from '../session/signInError'
import { DataTable, type DataColumn } from '../ui/DataTable'
import { describeError } from '../ui/describeError'
import { useAction } from '../ui/forms'
import { Notice } from '../ui/Notice'
import { Section } from '../ui/Page'
import { useConfirm } from '../ui/useConfirm'
import { When } from '../ui/When'
import classes from './Account.module.css'

type Identity = Account['identities'][number]

export function IdentitiesSection({ account }: { account: Account }) {
  const texts = t.account.identities
  const { data: buttons = [] } = useQuery(ssoButtonsQuery)
  const failed = useLocation({ select: (location) => ssoError(location.hash) })
  const connect = useMutation({
    mutationFn: (id: string) => gateApi.beginSso(id, '/account'),
    onSuccess: (address) => location.assign(address),
  })
  const unbind = useAction(accountApi.unbind, { renews: [['account', 'about']] })
  const { dialog, ask } = useConfirm()
  const bound = new Set(account.identities.map(({ provider_id }) => provider_id))
  const others = buttons.filter(({ id }) => !bound.has(id))
  if (bound.size === 0 && buttons.length === 0) return null

  const columns: DataColumn<Identity>[] = [
    { label: texts.provider, long: true, cell: ({ provider }) => provider },
    { label: texts.email, long: true, cell: ({ email }) => email ?? t.values.none },
    { label: texts.since, cell: ({ bound_at }) => <When time={bound_at} /> },
    {
      label: texts.actions,
      actions: true,
      cell: ({ provider, provider_id }) => (
        <Button
          size="compact-sm"
          variant="subtle"
          aria-label={texts.removeLabel(provider)}
          onClick={() =>
            ask({
              title: texts.removeTitle(provider),
              text: texts.removeText(provider),
              action: texts.remove,
              run: () => unbind.mutateAsync(provider_id),
            })
          }
        >
          {texts.remove}
        </Button>
      ),
    },
  ]
  const problem = connect.error ? describeError(connect.error) : failed
  return (
    <Section
      id="identities"
      title={texts.title}
      lead={texts.lead}
      actions={others.map(({ id, name }) => (
        <Button
          key={id}
          variant="default"
          loading={connect.isPending && connect.variables === id}
          onClick={() => connect.mutate(id)}
        >
          {texts.connect(name)}
        </Button>
      ))}
    >
      {problem !== undefined && (
        <Group mb={12}>
          <Notice tone="bad" title={texts.failed}>
            {problem}
          </Notice>
        </Group>
      )}
      <DataTable
        label={texts.table}
        columns={columns}
        rows={account.identities}
        keyOf={({ provider_id }) => provider_id}
        empty={<p className={classes.note}>{texts.empty}</p>}
      />
      {dialog}
    </Section>
  )
}
