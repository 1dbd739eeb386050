/** Calls about the ledger, and what is fetched of it. */
import { queryOptions } from '@tanstack/react-query'
import { client, unwrap } from './client'
import type { EventProof } from './types'

const evidenceApi = {
  proof: async (id: string, signal: AbortSignal): Promise<EventProof> =>
    unwrap(await client.GET('/api/v1/audit/{id}/proof', { params: { path: { id } }, signal })),
}

export const proofQuery = (id: string) =>
  queryOptions({
    queryKey: ['proof', id],
    queryFn: ({ signal }) => evidenceApi.proof(id, signal),
    staleTime: 60_000,
  })
