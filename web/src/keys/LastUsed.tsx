/** When a key was last used, to the minute. */
import type { ApiKey } from '../api/types'
import { settingsTexts } from '../i18n/settings'
import { When } from '../ui/When'

export function LastUsed({ apiKey }: { apiKey: ApiKey }) {
  return apiKey.last_used_at ? <When time={apiKey.last_used_at} /> : settingsTexts().keys.never
}
