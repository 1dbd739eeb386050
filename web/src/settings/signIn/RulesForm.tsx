/** Sign-up, the second factor by role, and how long sessions last. */
import { Button, Checkbox, Group, Stack, Switch, TagsInput, TextInput } from '@mantine/core'
import { useState } from 'react'
import { signInApi } from '../../api/adminApi'
import { ROLES, type SignInSettings } from '../../api/types'
import { t } from '../../i18n'
import { settingsTexts } from '../../i18n/settings'
import { fieldError, formError } from '../../ui/describeError'
import { formText, useAction } from '../../ui/forms'
import { Notice } from '../../ui/Notice'
import { positive } from './numbers'

interface RulesFormProps {
  settings: SignInSettings
  readOnly: boolean
}

const FIELDS = [
  'sign_up_domains',
  'mfa_required_roles',
  'session_idle_minutes',
  'session_absolute_hours',
]

export function RulesForm({ settings, readOnly }: RulesFormProps) {
  const texts = settingsTexts().signIn
  const [signUp, setSignUp] = useState(settings.sign_up)
  const [domains, setDomains] = useState(settings.sign_up_domains)
  const [roles, setRoles] = useState<string[]>(settings.mfa_required_roles)
  const [problems, setProblems] = useState<{ idle?: string; absolute?: string }>({})
  const save = useAction(signInApi.setSettings, {
    renews: [['sign-in-settings'], ['gate'], ['session']],
  })
  const submit = (event: React.SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const idle = positive(formText(form, 'idle'))
    const absolute = positive(formText(form, 'absolute'))
    setProblems({
      ...(idle === undefined && { idle: texts.numberWrong }),
      ...(absolute === undefined && { absolute: texts.numberWrong }),
    })
    if (idle === undefined || absolute === undefined) return
    save.mutate({
      ...settings,
      sign_up: signUp,
      sign_up_domains: domains,
      mfa_required_roles: ROLES.filter((role) => roles.includes(role)),
      session_idle_minutes: idle,
      session_absolute_hours: absolute,
    })
  }
  const said = formError(save.error, FIELDS)
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap={18} maw={520}>
        {said !== undefined && <Notice tone="bad">{said}</Notice>}
        <Switch
          label={texts.signUp}
          description={texts.signUpHint}
          checked={signUp}
          onChange={(event) => setSignUp(event.currentTarget.checked)}
          disabled={readOnly}
        />
        <TagsInput
          label={texts.domains}
          description={texts.domainsHint}
          value={domains}
          onChange={setDomains}
          disabled={readOnly || !signUp}
          error={fieldError(save.error, 'sign_up_domains')}
        />
        <Checkbox.Group
          label={texts.mfaRoles}
          description={texts.mfaRolesHint}
          value={roles}
          onChange={setRoles}
          error={fieldError(save.error, 'mfa_required_roles')}
        >
          <Group gap={18} mt={8} mb={4}>
            {ROLES.map((role) => (
              <Checkbox key={role} value={role} label={t.roles[role]} disabled={readOnly} />
            ))}
          </Group>
        </Checkbox.Group>
        <TextInput
          label={texts.idle}
          name="idle"
          inputMode="numeric"
          defaultValue={settings.session_idle_minutes}
          rightSection={texts.minutes}
          rightSectionWidth={70}
          disabled={readOnly}
          error={problems.idle ?? fieldError(save.error, 'session_idle_minutes')}
        />
        <TextInput
          label={texts.absolute}
          name="absolute"
          inputMode="numeric"
          defaultValue={settings.session_absolute_hours}
          rightSection={texts.hours}
          rightSectionWidth={70}
          disabled={readOnly}
          error={problems.absolute ?? fieldError(save.error, 'session_absolute_hours')}
        />
        {!readOnly && (
          <Group>
            <Button type="submit" loading={save.isPending}>
              {t.ask.save}
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  )
}
