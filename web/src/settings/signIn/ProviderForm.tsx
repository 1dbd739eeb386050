/** All settings of a provider. What is wrong is said at its field. */
import { Button, Group, Stack } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { signInApi } from '../../api/adminApi'
import type { Provider, ProviderSettings } from '../../api/types'
import { t } from '../../i18n'
import { settingsTexts } from '../../i18n/settings'
import { fieldError, formError } from '../../ui/describeError'
import { useAction } from '../../ui/forms'
import { Notice } from '../../ui/Notice'
import { ConnectionFields } from './ConnectionFields'
import { PeopleFields } from './PeopleFields'
import { draftOf, settingsOf, type ProviderDraft } from './providerDraft'
import { RoleFields } from './RoleFields'

/** What the parts of the form share. */
export interface ProviderFields {
  draft: ProviderDraft
  change: (patch: Partial<ProviderDraft>) => void
  errorOf: (field: keyof ProviderDraft) => string | undefined
  disabled: boolean
}

interface ProviderFormProps {
  provider: Provider | undefined
  readOnly: boolean
}

export function ProviderForm({ provider, readOnly }: ProviderFormProps) {
  const navigate = useNavigate()
  const [draft, setDraft] = useState(() => draftOf(provider))
  const save = useAction(
    (settings: ProviderSettings) =>
      provider ? signInApi.setProvider(provider.id, settings) : signInApi.createProvider(settings),
    {
      renews: [['providers'], ['gate']],
      onDone: ({ id }) => {
        setDraft((before) => ({ ...before, client_secret: '' }))
        void navigate({ to: '/settings/sign-in/$providerId', params: { providerId: id } })
      },
    },
  )
  const fields: ProviderFields = {
    draft,
    change: (patch) => {
      save.reset()
      setDraft((before) => ({ ...before, ...patch }))
    },
    errorOf: (field) => fieldError(save.error, field),
    disabled: readOnly,
  }
  const said = formError(save.error, Object.keys(draft))
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate(settingsOf(draft))
      }}
      noValidate
    >
      <ConnectionFields {...fields} provider={provider} />
      <PeopleFields {...fields} />
      <RoleFields {...fields} />
      {!readOnly && (
        <Stack gap={12}>
          {save.error && <Notice tone="bad">{said ?? settingsTexts().provider.notSaved}</Notice>}
          <Group gap={12}>
            <Button type="submit" loading={save.isPending}>
              {t.ask.save}
            </Button>
            <output aria-live="polite">{save.isSuccess && t.ask.saved}</output>
          </Group>
        </Stack>
      )}
    </form>
  )
}
