/** What a key is for, what it may do, and how long. */
import { Button, Checkbox, NativeSelect, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { NewApiKeyInput } from '../../api/types'
import { settingsTexts } from '../../i18n/settings'
import { expiryChoices } from '../../keys/keys'
import { fieldError, formError } from '../../ui/describeError'
import { Notice } from '../../ui/Notice'
import { readNewKey, SCOPES, type KeyProblems } from './newKey'

interface NewKeyFormProps {
  error: Error | null
  pending: boolean
  onSubmit: (input: NewApiKeyInput) => void
}

const FIELDS = ['name', 'origin', 'scopes', 'expires_at', 'rate_per_minute']

export function NewKeyForm({ error, pending, onSubmit }: NewKeyFormProps) {
  const texts = settingsTexts().keys
  const [problems, setProblems] = useState<KeyProblems>({})
  const submit = (event: React.SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const { input, problems: found } = readNewKey(new FormData(event.currentTarget), new Date())
    setProblems(found)
    if (Object.keys(found).length === 0) onSubmit(input)
  }
  const said = formError(error, FIELDS)
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap={14}>
        {said !== undefined && <Notice tone="bad">{said}</Notice>}
        <TextInput
          label={texts.name}
          description={texts.nameHint}
          name="name"
          autoComplete="off"
          data-autofocus
          error={problems.name ?? fieldError(error, 'name')}
        />
        <Checkbox.Group
          label={texts.scopes}
          defaultValue={['ingest']}
          error={problems.scopes ?? fieldError(error, 'scopes')}
        >
          <Stack gap={8} mt={6} mb={6}>
            {SCOPES.map((scope) => (
              <Checkbox
                key={scope}
                name="scopes"
                value={scope}
                label={texts.scopeNames[scope]}
                description={texts.scopeHints[scope]}
              />
            ))}
          </Stack>
        </Checkbox.Group>
        <TextInput
          label={texts.origin}
          description={texts.originHint}
          name="origin"
          autoComplete="off"
          error={fieldError(error, 'origin')}
        />
        <NativeSelect
          label={texts.expiry}
          name="expiry"
          defaultValue="never"
          data={expiryChoices()}
          error={fieldError(error, 'expires_at')}
        />
        <TextInput
          label={texts.rate}
          description={texts.rateHint}
          name="rate"
          inputMode="numeric"
          autoComplete="off"
          error={problems.rate ?? fieldError(error, 'rate_per_minute')}
        />
        <Button type="submit" loading={pending}>
          {texts.submit}
        </Button>
      </Stack>
    </form>
  )
}
