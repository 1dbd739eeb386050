/** Keys of one's own: they read what one may read. */
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { accountApi } from '../api/accountApi'
import { ownKeysQuery } from '../api/accountQueries'
import type { ApiKey } from '../api/types'
import { t } from '../i18n'
import { settingsTexts } from '../i18n/settings'
import { KeyState } from '../keys/KeyState'
import { isEnded } from '../keys/keys'
import { LastUsed } from '../keys/LastUsed'
import { DataTable, type DataColumn } from '../ui/DataTable'
import { useAction } from '../ui/forms'
import { Message } from '../ui/Message'
import { Section } from '../ui/Page'
import { useConfirm } from '../ui/useConfirm'
import { NewOwnKey } from './NewOwnKey'

export function OwnKeysSection() {
  const texts = t.account.keys
  const words = settingsTexts().keys
  const { data, error } = useQuery(ownKeysQuery)
  const [creating, setCreating] = useState(false)
  const revoke = useAction(accountApi.revokeKey, { renews: [['account', 'keys']] })
  const { dialog, ask } = useConfirm()
  const columns: DataColumn<ApiKey>[] = [
    { label: words.name, long: true, cell: ({ name }) => name },
    { label: words.lastFour, cell: ({ last_four }) => <code>…{last_four}</code> },
    { label: words.lastUsed, cell: (key) => <LastUsed apiKey={key} /> },
    { label: words.state, cell: (key) => <KeyState apiKey={key} /> },
    {
      label: words.actions,
      actions: true,
      cell: (key) =>
        !isEnded(key) && (
          <Button
            size="compact-sm"
            variant="subtle"
            aria-label={words.revokeLabel(key.name)}
            onClick={() =>
              ask({
                title: words.revokeTitle(key.name),
                text: words.revokeText(key.last_four),
                action: words.revoke,
                run: () => revoke.mutateAsync(key.id),
              })
            }
          >
            {words.revoke}
          </Button>
        ),
    },
  ]
  return (
    <Section
      id="own-keys"
      title={texts.title}
      lead={texts.lead}
      actions={
        <Button variant="default" onClick={() => setCreating(true)}>
          {texts.create}
        </Button>
      }
    >
      <DataTable
        label={texts.table}
        columns={columns}
        rows={data}
        error={error}
        keyOf={({ id }) => id}
        empty={<Message icon="key" title={texts.empty} text={texts.emptyHint} />}
      />
      <NewOwnKey opened={creating} onClose={() => setCreating(false)} />
      {dialog}
    </Section>
  )
}
