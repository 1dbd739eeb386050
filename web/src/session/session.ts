/** Who is signed in, and the way in and out. */
import { useMutation } from '@tanstack/react-query'
import { api } from '../api/client'

/** Accepts only addresses of this site, so that a link cannot lead elsewhere after sign-in. */
export function safeReturn(address: string | undefined): string {
  if (address === undefined || !address.startsWith('/')) return '/'
  const url = new URL(address, location.origin)
  return url.origin === location.origin && !url.pathname.startsWith('/sign-in')
    ? url.pathname + url.search + url.hash
    : '/'
}

export function useSignOut() {
  return useMutation({
    mutationFn: api.signOut,
    // A full load, so that nothing of the session stays in memory.
    onSuccess: () => location.assign('/sign-in'),
  })
}
