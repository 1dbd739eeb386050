/** API keys of platforms and scripts. */
import { Button, Checkbox } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { keysQuery } from '../../api/adminQueries'
import { t } from '../../i18n'
import { settingsTexts } from '../../i18n/settings'
import { isEnded } from '../../keys/keys'
import { useRights } from '../../session/rights'
import { Icon } from '../../ui/Icon'
import { Message } from '../../ui/Message'
import { Page } from '../../ui/Page'
import { KeysTable } from './KeysTable'
import { NewKeyDialog } from './NewKeyDialog'

export function KeysPage() {
  const texts = settingsTexts().keys
  const { administers } = useRights()
  const { data, error } = useQuery(keysQuery)
  const [ended, setEnded] = useState(false)
  const [creating, setCreating] = useState(false)
  const shown = data?.filter((key) => ended || !isEnded(key))
  return (
    <Page
      title={t.pages.keys}
      lead={administers ? texts.lead : settingsTexts().readOnly}
      actions={
        administers && (
          <Button leftSection={<Icon name="plus" />} onClick={() => setCreating(true)}>
            {texts.create}
          </Button>
        )
      }
    >
      <Checkbox
        mb={10}
        label={texts.showEnded}
        checked={ended}
        onChange={(event) => setEnded(event.currentTarget.checked)}
      />
      <KeysTable
        keys={shown}
        error={error}
        readOnly={!administers}
        empty={
          data?.length === 0 ? (
            <Message icon="key" title={texts.empty} text={texts.emptyHint} />
          ) : (
            <Message icon="key" title={texts.onlyEnded} text={texts.onlyEndedHint} />
          )
        }
      />
      <NewKeyDialog opened={creating} onClose={() => setCreating(false)} />
    </Page>
  )
}
