/** Everything about one's own account. */
import { Skeleton, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { accountQuery } from '../api/accountQueries'
import { t } from '../i18n'
import { describeError } from '../ui/describeError'
import { Notice } from '../ui/Notice'
import { Page } from '../ui/Page'
import { IdentitiesSection } from './IdentitiesSection'
import { LinksSection } from './LinksSection'
import { MfaSection } from './mfa/MfaSection'
import { OwnKeysSection } from './OwnKeysSection'
import { PasswordSection } from './PasswordSection'
import { SessionsSection } from './SessionsSection'

export function AccountPage() {
  const { data: account, error } = useQuery(accountQuery)
  return (
    <Page
      title={t.pages.account}
      lead={account ? t.account.lead(account.email, t.roles[account.role]) : t.ask.loading}
      narrow
    >
      {error && <Notice tone="bad">{describeError(error)}</Notice>}
      {account ? (
        <>
          <PasswordSection account={account} />
          <MfaSection account={account} />
          <SessionsSection />
          <OwnKeysSection />
          <IdentitiesSection account={account} />
          <LinksSection account={account} />
        </>
      ) : (
        !error && (
          <Stack gap={28} aria-hidden>
            {[180, 120, 160].map((height) => (
              <Skeleton key={height} height={height} />
            ))}
          </Stack>
        )
      )}
    </Page>
  )
}
