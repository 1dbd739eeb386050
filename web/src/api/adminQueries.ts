/** What the settings pages fetch. Keys begin with the thing, so that a change renews all of it. */
import { queryOptions } from '@tanstack/react-query'
import { keysApi, signInApi, usersApi, type UserFilter } from './adminApi'

export const usersQuery = (filter: UserFilter) =>
  queryOptions({
    queryKey: ['users', 'list', filter],
    queryFn: ({ signal }) => usersApi.list(filter, signal),
  })

export const userQuery = (id: string) =>
  queryOptions({
    queryKey: ['users', 'one', id],
    queryFn: ({ signal }) => usersApi.get(id, signal),
  })

export const keysQuery = queryOptions({ queryKey: ['keys'], queryFn: keysApi.list })

export const signInSettingsQuery = queryOptions({
  queryKey: ['sign-in-settings'],
  queryFn: signInApi.settings,
})

export const providersQuery = queryOptions({
  queryKey: ['providers', 'list'],
  queryFn: signInApi.providers,
})

export const providerQuery = (id: string) =>
  queryOptions({ queryKey: ['providers', 'one', id], queryFn: () => signInApi.provider(id) })
