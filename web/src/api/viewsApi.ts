/** Saved views: one's own and those that others share. */
import { queryOptions } from '@tanstack/react-query'
import { check, client, unwrap } from './client'
import type { NewSavedView, SavedView, SavedViewChange } from './types'

export const viewsApi = {
  list: async (): Promise<SavedView[]> => unwrap(await client.GET('/api/v1/views')).items,
  create: async (body: NewSavedView): Promise<SavedView> =>
    unwrap(await client.POST('/api/v1/views', { body })),
  change: async ({ id, ...body }: SavedViewChange & { id: string }): Promise<SavedView> =>
    unwrap(await client.PATCH('/api/v1/views/{id}', { params: { path: { id } }, body })),
  delete: async (id: string): Promise<void> =>
    check(await client.DELETE('/api/v1/views/{id}', { params: { path: { id } } })),
}

export const viewsQuery = queryOptions({
  queryKey: ['views'],
  queryFn: viewsApi.list,
})
