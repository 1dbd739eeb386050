/** Which role a claim of the provider gives. */
import { ActionIcon, Button, NativeSelect, Stack, Text, TextInput } from '@mantine/core'
import { ROLES } from '../../api/types'
import { t } from '../../i18n'
import { settingsTexts } from '../../i18n/settings'
import { Icon } from '../../ui/Icon'
import { Section } from '../../ui/Page'
import type { Rule } from './providerDraft'
import type { ProviderFields } from './ProviderForm'
import classes from './signIn.module.css'

export function RoleFields({ draft, change, errorOf, disabled }: ProviderFields) {
  const texts = settingsTexts().provider
  const setRule = (index: number, patch: Partial<Rule>) =>
    change({
      role_map: draft.role_map.map((rule, at) => (at === index ? { ...rule, ...patch } : rule)),
    })
  const rulesError = errorOf('role_map')
  return (
    <Section id="roles" title={texts.roles} lead={texts.rolesLead}>
      <Stack gap={14} maw={560}>
        <TextInput
          label={texts.roleClaim}
          description={texts.roleClaimHint}
          value={draft.role_claim}
          onChange={(event) => change({ role_claim: event.currentTarget.value })}
          error={errorOf('role_claim')}
          disabled={disabled}
        />
        <Stack gap={8} align="flex-start">
          <Text fw={500} size="sm">
            {texts.rules}
          </Text>
          {draft.role_map.map((rule, index) => (
            <div key={index} className={classes.rule}>
              <TextInput
                aria-label={texts.ruleValue(index + 1)}
                placeholder={texts.ruleValue(index + 1)}
                value={rule.value}
                onChange={(event) => setRule(index, { value: event.currentTarget.value })}
                disabled={disabled}
              />
              <NativeSelect
                aria-label={texts.ruleRole(index + 1)}
                value={rule.role}
                onChange={(event) => {
                  const chosen = event.currentTarget.value
                  setRule(index, { role: ROLES.find((role) => role === chosen) ?? rule.role })
                }}
                data={ROLES.map((value) => ({ value, label: t.roles[value] }))}
                disabled={disabled}
              />
              <ActionIcon
                variant="subtle"
                color="gray"
                size={34}
                aria-label={texts.removeRule(index + 1)}
                disabled={disabled}
                onClick={() => change({ role_map: draft.role_map.filter((_, at) => at !== index) })}
              >
                <Icon name="close" />
              </ActionIcon>
            </div>
          ))}
          {rulesError !== undefined && (
            <Text size="sm" c="var(--bad)" role="alert">
              {rulesError}
            </Text>
          )}
          <Button
            size="xs"
            variant="default"
            leftSection={<Icon name="plus" size={14} />}
            disabled={disabled}
            onClick={() => change({ role_map: [...draft.role_map, { value: '', role: 'user' }] })}
          >
            {texts.addRule}
          </Button>
        </Stack>
        <NativeSelect
          label={texts.defaultRole}
          value={draft.default_role}
          onChange={(event) => {
            const chosen = event.currentTarget.value
            change({ default_role: ROLES.find((role) => role === chosen) ?? '' })
          }}
          data={[
            { value: '', label: texts.refuse },
            // The server takes no default that opens everything.
            ...ROLES.filter((role) => role !== 'super_admin').map((value) => ({
              value,
              label: t.roles[value],
            })),
          ]}
          error={errorOf('default_role')}
          disabled={disabled}
        />
      </Stack>
    </Section>
  )
}
