/** The facts about an account. */
import type { User } from '../../api/types'
import { visibleText } from '../../format/text'
import { t } from '../../i18n'
import { settingsTexts } from '../../i18n/settings'
import { CopyButton } from '../../ui/CopyButton'
import { Notice } from '../../ui/Notice'
import { When } from '../../ui/When'
import { isLocked } from './UserChips'
import classes from './UserPanel.module.css'

export function UserAbout({ user }: { user: User }) {
  const texts = settingsTexts().users
  return (
    <section className={classes.section}>
      <h3>{texts.about}</h3>
      {user.mail_error && (
        <Notice tone="bad" title={texts.mailError}>
          {visibleText(user.mail_error)}
        </Notice>
      )}
      <dl className={classes.facts}>
        <dt>ID</dt>
        <dd>
          {user.id} <CopyButton text={user.id} label={t.panel.copyId} size={20} />
        </dd>
        <dt>{texts.created}</dt>
        <dd>
          <When time={user.created_at} />
        </dd>
        <dt>{texts.lastSignIn}</dt>
        <dd>{user.last_sign_in_at ? <When time={user.last_sign_in_at} /> : texts.never}</dd>
        <dt>{texts.mfa}</dt>
        <dd>{user.mfa_enabled ? texts.on : texts.off}</dd>
        {isLocked(user) && user.locked_until && (
          <>
            <dt>{texts.lockedUntil}</dt>
            <dd>
              <When time={user.locked_until} />
            </dd>
          </>
        )}
      </dl>
    </section>
  )
}
