/** Who gets in with the provider, and when it stands for a second factor. */
import { Stack, Switch, TagsInput, TextInput } from '@mantine/core'
import { settingsTexts } from '../../i18n/settings'
import { Section } from '../../ui/Page'
import type { ProviderFields } from './ProviderForm'

export function PeopleFields({ draft, change, errorOf, disabled }: ProviderFields) {
  const texts = settingsTexts().provider
  return (
    <>
      <Section id="people" title={texts.people}>
        <Stack gap={14} maw={560}>
          <TagsInput
            label={texts.domains}
            description={texts.domainsHint}
            value={draft.email_domains}
            onChange={(email_domains) => change({ email_domains })}
            error={errorOf('email_domains')}
            disabled={disabled}
          />
          <Switch
            label={texts.verified}
            checked={draft.require_email_verified}
            onChange={(event) => change({ require_email_verified: event.currentTarget.checked })}
            disabled={disabled}
          />
          <Switch
            label={texts.create}
            description={texts.createHint}
            checked={draft.create_accounts}
            onChange={(event) => change({ create_accounts: event.currentTarget.checked })}
            disabled={disabled}
          />
          <Switch
            label={texts.trust}
            description={texts.trustHint}
            checked={draft.trust_email}
            onChange={(event) => change({ trust_email: event.currentTarget.checked })}
            disabled={disabled}
          />
        </Stack>
      </Section>
      <Section id="own-data" title={texts.links} lead={texts.linksLead}>
        <Stack gap={14} maw={560}>
          <TextInput
            label={texts.linkClaim}
            value={draft.link_claim}
            onChange={(event) => change({ link_claim: event.currentTarget.value })}
            error={errorOf('link_claim')}
            disabled={disabled}
          />
          <TextInput
            label={texts.linkOrigin}
            value={draft.link_origin}
            onChange={(event) => change({ link_origin: event.currentTarget.value })}
            error={errorOf('link_origin')}
            disabled={disabled}
          />
        </Stack>
      </Section>
      <Section id="provider-mfa" title={texts.mfa} lead={texts.mfaLead}>
        <Stack gap={14} maw={560}>
          <TagsInput
            label={texts.amr}
            description={texts.listHint}
            value={draft.mfa_amr}
            onChange={(mfa_amr) => change({ mfa_amr })}
            error={errorOf('mfa_amr')}
            disabled={disabled}
          />
          <TagsInput
            label={texts.acr}
            description={texts.listHint}
            value={draft.mfa_acr}
            onChange={(mfa_acr) => change({ mfa_acr })}
            error={errorOf('mfa_acr')}
            disabled={disabled}
          />
        </Stack>
      </Section>
    </>
  )
}
