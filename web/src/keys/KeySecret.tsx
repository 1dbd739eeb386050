/** A key that was just made: its secret this once, and a first call with it. */
import { Button } from '@mantine/core'
import type { NewApiKey } from '../api/types'
import { t } from '../i18n'
import { settingsTexts } from '../i18n/settings'
import { CommandBlock } from '../ui/CommandBlock'
import { OnceSecret } from '../ui/OnceSecret'
import { exampleCall } from './keys'

export function KeySecret({ made, onDone }: { made: NewApiKey; onDone: () => void }) {
  const words = settingsTexts().keys
  const ingests = made.scopes.includes('ingest')
  return (
    <OnceSecret label={words.secret} secret={made.key} notice={words.secretNotice}>
      <CommandBlock
        title={words.example}
        command={exampleCall(location.origin, made.key, ingests)}
      />
      <Button onClick={onDone}>{t.ask.done}</Button>
    </OnceSecret>
  )
}
