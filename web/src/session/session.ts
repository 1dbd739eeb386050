/** Who is signed in, and the way in and out. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { api } from '../api/client'
import { sessionQuery } from '../api/queries'
import type { Session } from '../api/types'

/** Pages that lead nowhere for somebody who is signed in. */
const GATES = ['/sign-in', '/sign-up', '/forgot-password', '/ticket', '/second-factor']

/** Accepts only addresses of this site, so that a link cannot lead elsewhere after sign-in. */
export function safeReturn(address: string | undefined): string {
  if (address === undefined || !address.startsWith('/')) return '/'
  const url = new URL(address, location.origin)
  return url.origin === location.origin && !GATES.some((gate) => url.pathname.startsWith(gate))
    ? url.pathname + url.search + url.hash
    : '/'
}

const IN_TAB = 'daybook-session'

/** Keeps in mind, for this tab, that somebody is signed in. */
export function rememberSession(): void {
  sessionStorage.setItem(IN_TAB, 'begun')
}

/** Whether a session of this tab ended by itself: nobody signed out. */
export function hasSessionEnded(): boolean {
  return sessionStorage.getItem(IN_TAB) !== null
}

/** Until it is set up, or given, the session may do nothing else. */
export function needsSecondFactor(session: Session): boolean {
  return session.mfa_setup_required || session.mfa_code_required
}

/** Begins a session on the page: nothing of the one before stays, then on to where one wanted to be. */
export function useEnter(then?: string) {
  const router = useRouter()
  const queryClient = useQueryClient()
  return (session: Session) => {
    queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'gate' })
    queryClient.setQueryData(sessionQuery.queryKey, session)
    router.history.push(safeReturn(then))
  }
}

export function useSignOut() {
  return useMutation({
    mutationFn: api.signOut,
    onSuccess: leave,
  })
}

/** A full load, so that nothing of the session stays in memory. */
export function leave(): void {
  sessionStorage.removeItem(IN_TAB)
  location.assign('/sign-in')
}
