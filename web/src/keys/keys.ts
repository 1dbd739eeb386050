/** What can be told about an API key, and when a new one ends. */
import type { ApiKey } from '../api/types'
import { settingsTexts } from '../i18n/settings'

export type KeyStateName = 'active' | 'revoked' | 'expired'

export function keyState(key: ApiKey, now = new Date()): KeyStateName {
  if (key.revoked_at) return 'revoked'
  return key.expires_at && new Date(key.expires_at) <= now ? 'expired' : 'active'
}

export function isEnded(key: ApiKey, now = new Date()): boolean {
  return keyState(key, now) !== 'active'
}

const DAYS: Record<string, number | undefined> = { d30: 30, d90: 90, d365: 365 }

export function expiryChoices() {
  return Object.entries(settingsTexts().keys.expiries).map(([value, label]) => ({ value, label }))
}

/** The end of a choice as the API takes it; undefined for a key that does not end. */
export function expiresAt(choice: string, now: Date): string | undefined {
  const days = DAYS[choice]
  return days === undefined ? undefined : new Date(now.getTime() + days * 86_400_000).toISOString()
}

/** A first call with the key: what an ingest key sends, or what a read key finds. */
export function exampleCall(origin: string, secret: string, ingests: boolean): string {
  const authorization = `-H 'Authorization: Bearer ${secret}'`
  if (!ingests) return `curl '${origin}/api/v1/logs/usage?from=-24h' \\\n  ${authorization}`
  const event = { stream: 'system', level: 'info', source: 'test', event: 'key.tried' }
  return [
    `curl ${origin}/api/v1/events \\`,
    `  ${authorization} -H 'Content-Type: application/json' \\`,
    `  -d '[${JSON.stringify(event)}]'`,
  ].join('\n')
}
