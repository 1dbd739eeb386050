/** Calls about the ledger, and what is fetched of it. */
import { queryOptions } from '@tanstack/react-query'
import { client, unwrap } from './client'
import { ApiError } from './errors'
import { originQuery, type EventRef } from './eventRef'
import { watchedFetch } from './connection'
import type { EventProof, Verification } from './types'

/** How often a verification that runs is asked about. */
const AGAIN_MS = 1_000

export const evidenceApi = {
  proof: async (ref: EventRef, signal: AbortSignal): Promise<EventProof> =>
    unwrap(
      await client.GET('/api/v1/audit/{id}/proof', {
        params: { path: { id: ref.id }, query: originQuery(ref) },
        signal,
      }),
    ),
  key: async (signal: AbortSignal): Promise<string> =>
    unwrap(await client.GET('/ledger/key', { parseAs: 'text', signal })).trim(),
  verification: async (signal: AbortSignal): Promise<Verification | null> =>
    unwrap(await client.GET('/api/v1/ledger/verification', { signal })).verification ?? null,
  verify: async (checkpoints: string[]): Promise<void> => {
    unwrap(await client.POST('/api/v1/ledger/verification', { body: { checkpoints } }))
  },
  /** Asked once: each question makes a package, and is on record. */
  evidence: async (period: URLSearchParams): Promise<{ name: string; file: Blob }> => {
    const address = `${location.origin}/api/v1/audit/evidence?${period.toString()}`
    const response = await watchedFetch(new Request(address))
    if (!response.ok) {
      const body: unknown = await response.json().catch(() => undefined)
      throw new ApiError(response.status, body, response.headers.get('retry-after'))
    }
    const named = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')
    return { name: named?.[1] ?? 'daybook-evidence.zip', file: await response.blob() }
  },
}

export const proofQuery = (ref: EventRef) =>
  queryOptions({
    queryKey: ['proof', ref.id, ref.origin],
    queryFn: ({ signal }) => evidenceApi.proof(ref, signal),
    staleTime: 60_000,
  })

export const keyQuery = queryOptions({
  queryKey: ['ledger', 'key'],
  queryFn: ({ signal }) => evidenceApi.key(signal),
  staleTime: Infinity,
})

export const verificationQuery = queryOptions({
  queryKey: ['ledger', 'verification'],
  queryFn: ({ signal }) => evidenceApi.verification(signal),
  refetchInterval: ({ state: { data } }) => (data && data.finished_at == null ? AGAIN_MS : false),
})
