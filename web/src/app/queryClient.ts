/** How often a failed call is repeated, and what every failure means for the whole page. */
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { subscribe, currentConnection } from '../api/connection'
import { ApiError, hasCode } from '../api/errors'
import { sessionQuery } from '../api/queries'

/** Answers to a session that may do less than the page believes. */
const RIGHTS_CHANGED = ['forbidden', 'mfa_setup_required', 'mfa_code_required']

interface Consequences {
  /** The session ended while the page was open. */
  onSignedOut: () => void
  onRightsChanged: () => void
}

export function createQueryClient({ onSignedOut, onRightsChanged }: Consequences): QueryClient {
  const onError = (error: unknown) => {
    // A wrong password is a 401, too; only this code says that nobody is signed in.
    if (hasCode(error, 'unauthorized')) onSignedOut()
    if (RIGHTS_CHANGED.some((code) => hasCode(error, code))) onRightsChanged()
  }
  const queryClient = new QueryClient({
    queryCache: new QueryCache({
      // What a role may not read is told by the page; the session itself is asked for by anybody.
      onError: (error, query) => {
        if (query.queryKey[0] !== sessionQuery.queryKey[0]) onError(error)
      },
    }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        retry: (failures, error) => isTemporary(error) && failures < 2,
        retryDelay: (failures) => 500 * 2 ** failures,
        // A list that changes because a window got the focus would move under the reader's eyes.
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        networkMode: 'always',
      },
    },
  })
  // What failed while the connection was lost is fetched again once it is back.
  subscribe(() => {
    if (currentConnection() === 'ok') {
      void queryClient.refetchQueries({ predicate: (query) => query.state.status === 'error' })
    }
  })
  return queryClient
}

function isTemporary(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 503 || error.status === 429)
}
