/** Who is signed in, and the way in and out. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api } from '../api/client'
import { sessionQuery } from '../api/queries'

/** Accepts only addresses of this site, so that a link cannot lead elsewhere after sign-in. */
export function safeReturn(address: string | undefined): string {
  if (address === undefined || !address.startsWith('/')) return '/'
  const url = new URL(address, location.origin)
  return url.origin === location.origin && !url.pathname.startsWith('/sign-in')
    ? url.pathname + url.search + url.hash
    : '/'
}

export function useSignOut() {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: api.signOut,
    onSuccess: () => {
      queryClient.clear()
      queryClient.setQueryData(sessionQuery.queryKey, null)
      // A full load, so that nothing of the session stays in memory.
      location.assign('/sign-in')
    },
  })
}
