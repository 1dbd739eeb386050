/** One identity provider: what is asked of it, who gets in, and whether it works. */
import { Button, Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { signInApi } from '../../api/adminApi'
import { providerQuery } from '../../api/adminQueries'
import { hasStatus } from '../../api/errors'
import type { Provider } from '../../api/types'
import { t } from '../../i18n'
import { settingsTexts } from '../../i18n/settings'
import { useRights } from '../../session/rights'
import { describeError } from '../../ui/describeError'
import { useAction } from '../../ui/forms'
import { Notice } from '../../ui/Notice'
import { Page } from '../../ui/Page'
import { useConfirm } from '../../ui/useConfirm'
import { ProviderForm } from './ProviderForm'
import { NEW_PROVIDER } from './ProvidersSection'
import { ProviderTestSection } from './ProviderTestSection'
import classes from './signIn.module.css'

export function ProviderPage() {
  const { providerId } = useParams({ from: '/signed-in/settings/sign-in/$providerId' })
  const { administers } = useRights()
  const isNew = providerId === NEW_PROVIDER
  const { data, error } = useQuery({ ...providerQuery(providerId), enabled: !isNew })
  const texts = settingsTexts().provider
  const isMissing = hasStatus(error, 404)
  const named = data?.name ?? (isMissing ? texts.notFound : error ? texts.title : t.ask.loading)
  return (
    <Page
      title={isNew ? texts.newTitle : named}
      lead={administers ? texts.lead : settingsTexts().readOnly}
      actions={
        <>
          <Link className={classes.link} to="/settings/sign-in">
            {texts.back}
          </Link>
          {data && administers && <DeleteButton provider={data} />}
        </>
      }
      narrow
    >
      {error ? (
        <Notice tone="bad">{isMissing ? texts.notFoundHint : describeError(error)}</Notice>
      ) : isNew || data ? (
        <>
          {data && administers && <ProviderTestSection provider={data} />}
          <ProviderForm key={providerId} provider={data} readOnly={!administers} />
        </>
      ) : (
        <Skeleton height={600} />
      )}
    </Page>
  )
}

function DeleteButton({ provider }: { provider: Provider }) {
  const texts = settingsTexts().provider
  const navigate = useNavigate()
  const remove = useAction(signInApi.deleteProvider, {
    renews: [['providers', 'list'], ['gate']],
    onDone: () => void navigate({ to: '/settings/sign-in' }),
  })
  const { dialog, ask } = useConfirm()
  return (
    <>
      <Button
        variant="default"
        onClick={() =>
          ask({
            title: texts.deleteTitle(provider.name),
            text: texts.deleteText,
            action: texts.delete,
            run: () => remove.mutateAsync(provider.id),
          })
        }
      >
        {texts.delete}
      </Button>
      {dialog}
    </>
  )
}
