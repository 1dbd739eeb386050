/** Whether a key works, and until when. */
import type { ApiKey } from '../api/types'
import { settingsTexts } from '../i18n/settings'
import { StatusChip } from '../ui/StatusChip'
import { When } from '../ui/When'
import { keyState } from './keys'
import classes from './keys.module.css'

export function KeyState({ apiKey }: { apiKey: ApiKey }) {
  const words = settingsTexts().keys
  const state = keyState(apiKey)
  const end = state === 'revoked' ? apiKey.revoked_at : apiKey.expires_at
  return (
    <span className={classes.state}>
      <StatusChip tone={state === 'active' ? 'ok' : 'quiet'}>{words[state]}</StatusChip>
      {end && (
        <span className={classes.end}>
          {state === 'active' && `${words.until} `}
          <When time={end} />
        </span>
      )}
    </span>
  )
}
