/** Tries a provider as it is stored, and says step by step what was found. */
import { Button, Stack } from '@mantine/core'
import { signInApi } from '../../api/adminApi'
import type { Provider, ProviderTest } from '../../api/types'
import { visibleText } from '../../format/text'
import { settingsTexts } from '../../i18n/settings'
import { describeError } from '../../ui/describeError'
import { useAction } from '../../ui/forms'
import { Notice } from '../../ui/Notice'
import { Section } from '../../ui/Page'
import { StatusChip, type Tone } from '../../ui/StatusChip'
import classes from './signIn.module.css'

const TONES: Record<ProviderTest['steps'][number]['outcome'], Tone> = {
  ok: 'ok',
  warning: 'warn',
  failed: 'bad',
}

export function ProviderTestSection({ provider }: { provider: Provider }) {
  const texts = settingsTexts().provider
  const test = useAction(() => signInApi.testProvider(provider.id))
  return (
    <Section
      id="test"
      title={texts.test}
      lead={texts.testLead}
      actions={
        <Button variant="default" loading={test.isPending} onClick={() => test.mutate()}>
          {texts.test}
        </Button>
      }
    >
      {test.error && <Notice tone="bad">{describeError(test.error)}</Notice>}
      {test.data && (
        <Stack gap={10}>
          <Notice tone={test.data.ok ? 'info' : 'bad'}>
            {test.data.ok ? texts.testOk : texts.testFailed}
          </Notice>
          <ol className={classes.steps} aria-label={texts.steps}>
            {test.data.steps.map(({ name, outcome, message, advice }) => (
              <li key={name}>
                <span>
                  <StatusChip tone={TONES[outcome]}>{texts.outcomes[outcome]}</StatusChip>
                </span>
                <div>
                  <strong>{name}</strong>: {visibleText(message)}
                  {advice && <p>{advice}</p>}
                </div>
              </li>
            ))}
          </ol>
        </Stack>
      )}
    </Section>
  )
}
