/** Starts the interface. */
import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode, useSyncExternalStore } from 'react'
import { createRoot } from 'react-dom/client'
import { ConnectionError } from './api/errors'
import { sessionQuery } from './api/queries'
import { createQueryClient } from './app/queryClient'
import { createAppRouter } from './app/router'
import { cssVariables, styleNonce, theme } from './app/theme'
import { currentLanguage, loadLanguage, onLanguage } from './i18n'
import './styles/global.css'
import '@mantine/core/styles.layer.css'
import './styles/tokens.css'

const queryClient = createQueryClient({
  // Sign in, then come back to this very view.
  onSignedOut: () => {
    queryClient.setQueryData(sessionQuery.queryKey, null)
    void router.invalidate()
  },
  onRightsChanged: () => {
    void queryClient.refetchQueries(sessionQuery).then(() => router.invalidate())
  },
})
const router = createAppRouter(queryClient)

const root = document.getElementById('root')
if (!root) throw new Error('index.html lacks its root element')

/** Anew in another language: no page knows which of its texts it has read. */
function Pages() {
  const language = useSyncExternalStore(onLanguage, currentLanguage)
  return <RouterProvider key={language} router={router} />
}

await loadLanguage(navigator.languages)
createRoot(root, {
  // An outage is told on the page; the console is for failures of the page itself.
  onCaughtError: (error) => {
    if (!(error instanceof ConnectionError)) console.error(error)
  },
}).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={styleNonce}
    >
      <QueryClientProvider client={queryClient}>
        <Pages />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)
