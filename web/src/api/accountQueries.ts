/** What the pages about one's own account fetch. */
import { queryOptions } from '@tanstack/react-query'
import { accountApi, gateApi } from './accountApi'

export const accountQuery = queryOptions({
  queryKey: ['account', 'about'],
  queryFn: accountApi.account,
})

export const ownSessionsQuery = queryOptions({
  queryKey: ['account', 'sessions'],
  queryFn: accountApi.sessions,
})

export const ownKeysQuery = queryOptions({
  queryKey: ['account', 'keys'],
  queryFn: accountApi.keys,
})

export const ssoButtonsQuery = queryOptions({
  queryKey: ['gate', 'sso'],
  queryFn: gateApi.ssoButtons,
  retry: false,
})
