/** Files of events that are made in the background. */
import { queryOptions } from '@tanstack/react-query'
import { check, client, unwrap } from './client'
import type { Export, NewExport } from './types'

/** How often the list is looked at while one of its files is being made. */
const PROGRESS_MS = 1_000

export const exportApi = {
  list: async (): Promise<Export[]> => unwrap(await client.GET('/api/v1/exports')).items,
  create: async (body: NewExport): Promise<Export> =>
    unwrap(await client.POST('/api/v1/exports', { body })),
  remove: async (id: string): Promise<void> =>
    check(await client.DELETE('/api/v1/exports/{id}', { params: { path: { id } } })),
}

/** Where a browser fetches the file. */
export const exportFile = (id: string): string => `/api/v1/exports/${encodeURIComponent(id)}/file`

export const isOpen = ({ state }: Export): boolean => state === 'waiting' || state === 'running'

export const exportsQuery = queryOptions({
  queryKey: ['exports'],
  queryFn: exportApi.list,
  refetchInterval: ({ state }) => (state.data?.some(isOpen) === true ? PROGRESS_MS : false),
})
