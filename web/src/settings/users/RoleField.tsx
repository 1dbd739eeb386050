/** The role of an account; a change asks first, for it counts at once. */
import { NativeSelect } from '@mantine/core'
import { usersApi } from '../../api/adminApi'
import { ROLES, type Role, type User } from '../../api/types'
import { t } from '../../i18n'
import { settingsTexts } from '../../i18n/settings'
import { useAction } from '../../ui/forms'
import { useConfirm } from '../../ui/useConfirm'
import classes from './UserPanel.module.css'

export function RoleField({ user, readOnly }: { user: User; readOnly: boolean }) {
  const texts = settingsTexts().users
  const change = useAction((role: Role) => usersApi.change(user.id, { role }), {
    renews: [['users'], ['session']],
  })
  const { dialog, ask } = useConfirm()
  const askFor = (role: Role) =>
    ask({
      title: texts.changeRoleTitle(user.email, t.roles[role]),
      text: texts.changeRoleText(texts.roleHints[role]),
      action: texts.changeRole,
      run: () => change.mutateAsync(role),
    })
  return (
    <section className={classes.section}>
      <h3>{texts.role}</h3>
      <NativeSelect
        aria-label={texts.role}
        description={texts.roleHints[user.role]}
        inputWrapperOrder={['input', 'description']}
        value={user.role}
        disabled={readOnly}
        onChange={(event) => {
          const chosen = ROLES.find((role) => role === event.currentTarget.value)
          if (chosen && chosen !== user.role) askFor(chosen)
        }}
        data={ROLES.map((value) => ({ value, label: t.roles[value] }))}
      />
      {dialog}
    </section>
  )
}
