/** How people get in: the rules, and the identity providers. */
import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { signInSettingsQuery } from '../../api/adminQueries'
import { t } from '../../i18n'
import { settingsTexts } from '../../i18n/settings'
import { useRights } from '../../session/rights'
import { describeError } from '../../ui/describeError'
import { Notice } from '../../ui/Notice'
import { Page, Section } from '../../ui/Page'
import { ProvidersSection } from './ProvidersSection'
import { RulesForm } from './RulesForm'

export function SignInSettingsPage() {
  const texts = settingsTexts().signIn
  const { administers } = useRights()
  const { data, error } = useQuery(signInSettingsQuery)
  return (
    <Page title={t.pages.signIn} lead={administers ? texts.lead : settingsTexts().readOnly} narrow>
      <ProvidersSection readOnly={!administers} />
      <Section id="rules" title={texts.rules} lead={texts.rulesLead}>
        {data ? (
          <RulesForm key={JSON.stringify(data)} settings={data} readOnly={!administers} />
        ) : error ? (
          <Notice tone="bad">{describeError(error)}</Notice>
        ) : (
          <Skeleton height={420} />
        )}
      </Section>
    </Page>
  )
}
