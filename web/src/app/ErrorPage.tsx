/** Full-page messages: nothing at this address, or something failed. */
import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { Link, useRouter } from '@tanstack/react-router'
import { useCallback, useEffect } from 'react'
import { useConnection } from '../api/connection'
import { ApiError, ConnectionError, UnloadedError } from '../api/errors'
import { t } from '../i18n'
import { describeError } from '../ui/describeError'
import { Logo } from '../ui/Logo'
import classes from './ErrorPage.module.css'

export function NotFoundPage() {
  return (
    <main className={classes.page}>
      <Logo size={36} />
      <h1>{t.errors.notFound}</h1>
      <p>{t.errors.notFoundHint}</p>
      <Button component={Link} to="/" variant="default">
        {t.errors.toLogs}
      </Button>
    </main>
  )
}

export function NotForRolePage() {
  return (
    <main className={classes.page}>
      <title>{`${t.errors.forbidden} · ${t.app.name}`}</title>
      <Logo size={36} />
      <h1>{t.errors.forbidden}</h1>
      <p>{t.errors.pageForbidden}</p>
      <Button component={Link} to="/" variant="default">
        {t.errors.toLogs}
      </Button>
    </main>
  )
}

export function ErrorPage({ error }: { error: unknown }) {
  const retry = useRetry(error)
  if (error instanceof ConnectionError) return <OutagePage onReconnect={retry} />
  const known = error instanceof ApiError
  return (
    <main className={classes.page}>
      <Logo size={36} />
      <h1>{known ? t.errors.title : t.errors.crashed}</h1>
      <p>{known ? describeError(error) : t.errors.crashedHint}</p>
      {!known && <code>{error instanceof Error ? error.message : String(error)}</code>}
      <Button variant="default" onClick={retry}>
        {known ? t.errors.retry : t.errors.reload}
      </Button>
    </main>
  )
}

/** Nothing to do but to wait: it goes on by itself. */
function OutagePage({ onReconnect }: { onReconnect: () => void }) {
  const connection = useConnection()
  useEffect(() => {
    if (connection === 'ok') onReconnect()
  }, [connection, onReconnect])
  return (
    <main className={classes.page}>
      <title>{`${t.errors.outage} · ${t.app.name}`}</title>
      <Logo size={36} />
      <h1>{t.errors.outage}</h1>
      <p>{t.errors.outageHint}</p>
    </main>
  )
}

/** What failed is fetched anew; a page that could not be loaded or drawn begins anew as a whole. */
function useRetry(error: unknown): () => void {
  const router = useRouter()
  const queryClient = useQueryClient()
  return useCallback(() => {
    const isFetched = error instanceof ApiError || error instanceof ConnectionError
    if (isFetched && !(error instanceof UnloadedError)) {
      void queryClient.resetQueries().then(() => router.invalidate())
    } else {
      location.reload()
    }
  }, [error, router, queryClient])
}
