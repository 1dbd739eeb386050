/** Which users of platforms are this person: to read; administrators set them. */
import type { Account } from '../api/types'
import { t } from '../i18n'
import { DataTable, type DataColumn } from '../ui/DataTable'
import { EventText } from '../ui/EventText'
import { Section } from '../ui/Page'
import classes from './Account.module.css'

type AccountLink = Account['links'][number]

export function LinksSection({ account }: { account: Account }) {
  const texts = t.account.links
  const columns: DataColumn<AccountLink>[] = [
    { label: texts.origin, long: true, cell: ({ origin }) => origin },
    { label: texts.user, long: true, cell: ({ user_id }) => <EventText value={user_id} /> },
    {
      label: texts.source,
      cell: ({ source }) =>
        source.startsWith('claim:') ? texts.claim(source.slice('claim:'.length)) : texts.admin,
    },
  ]
  return (
    <Section id="links" title={texts.title} lead={texts.lead}>
      <DataTable
        label={texts.table}
        columns={columns}
        rows={account.links}
        keyOf={({ origin, user_id, source }) => JSON.stringify([origin, user_id, source])}
        empty={<p className={classes.note}>{texts.empty}</p>}
      />
    </Section>
  )
}
