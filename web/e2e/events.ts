/** Events of a test's own, sent as a platform sends them. */
import type { APIRequestContext } from '@playwright/test'
import { expect } from './daybook'

const CSRF = { 'x-daybook-csrf': '1' }

/** What audit events are answered with. */
export interface Receipt {
  ledger_index: number
  leaf_hash: string
}

/** Sends events with a new key; whoever asks must be an administrator. */
export async function sendEvents(admin: APIRequestContext, events: object[]): Promise<Receipt[]> {
  const made = await admin.post('/api/v1/api-keys', {
    data: { name: `test-${Date.now()}-${Math.random()}`, scopes: ['ingest'] },
    headers: CSRF,
  })
  expect(made.status()).toBe(201)
  const { key } = (await made.json()) as { key: string }
  const answer = await admin.post('/api/v1/events', {
    data: events,
    headers: { authorization: `Bearer ${key}` },
  })
  const { accepted, rejected, receipts } = (await answer.json()) as {
    accepted: number
    rejected: unknown[]
    receipts: Receipt[]
  }
  expect(rejected, 'refused events').toEqual([])
  expect(accepted).toBe(events.length)
  return receipts
}

/** A word that no other event has. */
export function uniqueWord(name: string): string {
  return `${name}${Math.random().toString(36).slice(2, 10)}`
}

/** RFC 3339, so many minutes ago. */
export function minutesAgo(minutes: number): string {
  return new Date(Date.now() - minutes * 60_000).toISOString()
}

/**
 * A range whose counts stay: other tests send events of now, and a range relative to now has moved on when the next
 * question comes.
 */
export function settledRange(days: number): string {
  return `from=${minutesAgo(days * 24 * 60)}&to=${minutesAgo(60)}`
}
