/** How often a failed call is repeated, and what every failure means for the whole page. */
import { QueryCache, QueryClient } from '@tanstack/react-query'
import { subscribe, currentConnection } from '../api/connection'
import { ApiError, hasStatus } from '../api/errors'

export function createQueryClient(onSignedOut: () => void): QueryClient {
  const queryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (hasStatus(error, 401)) onSignedOut()
      },
    }),
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
