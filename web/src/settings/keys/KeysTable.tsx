/** The keys, and what can be done with one: a new secret, or the end. */
import { Button } from '@mantine/core'
import { useState } from 'react'
import { keysApi } from '../../api/adminApi'
import type { ApiKey } from '../../api/types'
import { t } from '../../i18n'
import { settingsTexts } from '../../i18n/settings'
import { KeyState } from '../../keys/KeyState'
import { isEnded } from '../../keys/keys'
import { LastUsed } from '../../keys/LastUsed'
import { DataTable, type DataColumn } from '../../ui/DataTable'
import { useAction } from '../../ui/forms'
import { useConfirm } from '../../ui/useConfirm'
import { RotateDialog } from './RotateDialog'

interface KeysTableProps {
  keys: ApiKey[] | undefined
  error: Error | null
  readOnly: boolean
  empty: React.ReactNode
}

export function KeysTable({ keys, error, readOnly, empty }: KeysTableProps) {
  const texts = settingsTexts().keys
  const [rotating, setRotating] = useState<ApiKey>()
  const revoke = useAction(keysApi.revoke, { renews: [['keys']] })
  const { dialog, ask } = useConfirm()
  const askRevoke = (key: ApiKey) =>
    ask({
      title: texts.revokeTitle(key.name),
      text: texts.revokeText(key.last_four),
      action: texts.revoke,
      run: () => revoke.mutateAsync(key.id),
    })
  const columns: DataColumn<ApiKey>[] = [
    { label: texts.name, long: true, cell: ({ name }) => name },
    {
      label: texts.origin,
      long: true,
      cell: ({ origin, user_id }) => (user_id ? texts.personal : origin),
    },
    {
      label: texts.scopes,
      cell: ({ scopes, user_id }) =>
        user_id
          ? texts.asOwner
          : scopes.map((scope) => texts.scopeNames[scope]).join(texts.scopesBetween),
    },
    { label: texts.lastFour, cell: ({ last_four }) => <code>…{last_four}</code> },
    {
      label: texts.rate,
      cell: ({ rate_per_minute }) =>
        typeof rate_per_minute === 'number' ? texts.perMinute(rate_per_minute) : t.values.none,
    },
    { label: texts.lastUsed, cell: (key) => <LastUsed apiKey={key} /> },
    { label: texts.state, cell: (key) => <KeyState apiKey={key} /> },
  ]
  const actions: DataColumn<ApiKey> = {
    label: texts.actions,
    actions: true,
    cell: (key) =>
      !isEnded(key) && (
        <>
          {!key.user_id && (
            <Button
              size="compact-sm"
              variant="subtle"
              aria-label={texts.rotateLabel(key.name)}
              onClick={() => setRotating(key)}
            >
              {texts.rotate}
            </Button>
          )}
          <Button
            size="compact-sm"
            variant="subtle"
            aria-label={texts.revokeLabel(key.name)}
            onClick={() => askRevoke(key)}
          >
            {texts.revoke}
          </Button>
        </>
      ),
  }
  return (
    <>
      <DataTable
        label={texts.table}
        columns={readOnly ? columns : [...columns, actions]}
        rows={keys}
        error={error}
        keyOf={({ id }) => id}
        empty={empty}
      />
      <RotateDialog apiKey={rotating} onClose={() => setRotating(undefined)} />
      {dialog}
    </>
  )
}
