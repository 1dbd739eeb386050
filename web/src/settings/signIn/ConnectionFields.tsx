/** How Daybook and the provider find each other. */
import { PasswordInput, Stack, Switch, TagsInput, Text, TextInput } from '@mantine/core'
import type { Provider } from '../../api/types'
import { settingsTexts } from '../../i18n/settings'
import { CommandBlock } from '../../ui/CommandBlock'
import { Section } from '../../ui/Page'
import type { ProviderFields } from './ProviderForm'

export function ConnectionFields(props: ProviderFields & { provider: Provider | undefined }) {
  const { draft, change, errorOf, disabled, provider } = props
  const texts = settingsTexts().provider
  return (
    <Section id="connection" title={texts.basics}>
      <Stack gap={14} maw={560}>
        <TextInput
          label={texts.name}
          description={texts.nameHint}
          value={draft.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
          error={errorOf('name')}
          disabled={disabled}
        />
        <TextInput
          label={texts.issuer}
          description={texts.issuerHint}
          type="url"
          value={draft.issuer}
          onChange={(event) => change({ issuer: event.currentTarget.value })}
          error={errorOf('issuer')}
          disabled={disabled}
        />
        <TextInput
          label={texts.clientId}
          autoComplete="off"
          value={draft.client_id}
          onChange={(event) => change({ client_id: event.currentTarget.value })}
          error={errorOf('client_id')}
          disabled={disabled}
        />
        <PasswordInput
          label={texts.secret}
          description={provider?.has_client_secret ? texts.secretKept : texts.secretNone}
          autoComplete="new-password"
          value={draft.client_secret}
          onChange={(event) => change({ client_secret: event.currentTarget.value })}
          error={errorOf('client_secret')}
          disabled={disabled}
        />
        <TagsInput
          label={texts.scopes}
          description={texts.scopesHint}
          value={draft.scopes}
          onChange={(scopes) => change({ scopes })}
          error={errorOf('scopes')}
          disabled={disabled}
        />
        {provider ? (
          <CommandBlock
            title={texts.callback}
            command={provider.callback_url}
            copyLabel={texts.callback}
            wrap
          />
        ) : (
          <Text size="sm" c="dimmed">
            {texts.callbackLater}
          </Text>
        )}
        <Switch
          label={texts.enabled}
          checked={draft.enabled}
          onChange={(event) => change({ enabled: event.currentTarget.checked })}
          disabled={disabled}
        />
      </Stack>
    </Section>
  )
}
