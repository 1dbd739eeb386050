/** The identity providers, each a page of its own. */
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { providersQuery } from '../../api/adminQueries'
import type { Provider } from '../../api/types'
import { settingsTexts } from '../../i18n/settings'
import { DataTable, type DataColumn } from '../../ui/DataTable'
import { Message } from '../../ui/Message'
import { Section } from '../../ui/Page'
import { StatusChip } from '../../ui/StatusChip'
import classes from './signIn.module.css'

/** Stands in the address where a provider has its id. */
export const NEW_PROVIDER = 'new'

export function ProvidersSection({ readOnly }: { readOnly: boolean }) {
  const texts = settingsTexts().signIn
  const { data, error } = useQuery(providersQuery)
  const columns: DataColumn<Provider>[] = [
    {
      label: texts.name,
      long: true,
      cell: ({ id, name }) => (
        <Link
          className={classes.link}
          to="/settings/sign-in/$providerId"
          params={{ providerId: id }}
        >
          {name}
        </Link>
      ),
    },
    { label: texts.issuer, long: true, cell: ({ issuer }) => issuer },
    {
      label: texts.newAccounts,
      cell: ({ create_accounts }) => (create_accounts ? texts.newYes : texts.newNo),
    },
    {
      label: texts.state,
      cell: ({ enabled }) => (
        <StatusChip tone={enabled ? 'ok' : 'quiet'}>
          {enabled ? texts.enabled : texts.disabled}
        </StatusChip>
      ),
    },
  ]
  return (
    <Section
      id="providers"
      title={texts.providers}
      lead={texts.providersLead}
      actions={
        !readOnly && (
          <Link to="/settings/sign-in/$providerId" params={{ providerId: NEW_PROVIDER }}>
            <Button component="span" variant="default">
              {texts.add}
            </Button>
          </Link>
        )
      }
    >
      <DataTable
        label={texts.table}
        columns={columns}
        rows={data}
        error={error}
        keyOf={({ id }) => id}
        empty={<Message icon="auth" title={texts.empty} text={texts.emptyHint} />}
      />
    </Section>
  )
}
