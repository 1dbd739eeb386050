/** Full-page messages: nothing at this address, or something failed. */
import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { Link, useRouter } from '@tanstack/react-router'
import { ApiError, ConnectionError } from '../api/errors'
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
  const router = useRouter()
  const queryClient = useQueryClient()
  const known = error instanceof ApiError || error instanceof ConnectionError
  const retry = async () => {
    if (!known) {
      location.reload()
      return
    }
    await queryClient.resetQueries()
    await router.invalidate()
  }
  return (
    <main className={classes.page}>
      <Logo size={36} />
      <h1>{known ? t.errors.title : t.errors.crashed}</h1>
      <p>{known ? describeError(error) : t.errors.crashedHint}</p>
      {!known && <code>{error instanceof Error ? error.message : String(error)}</code>}
      <Button variant="default" onClick={() => void retry()}>
        {known ? t.errors.retry : t.errors.reload}
      </Button>
    </main>
  )
}
