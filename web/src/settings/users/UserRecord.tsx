/** From an account to what the logs say about it. */
import { Link } from '@tanstack/react-router'
import type { User } from '../../api/types'
import { settingsTexts } from '../../i18n/settings'
import classes from './UserPanel.module.css'

const RANGE = '-30d'

export function UserRecord({ user }: { user: User }) {
  const texts = settingsTexts().users
  return (
    <section className={classes.section}>
      <h3>{texts.related}</h3>
      <div className={classes.records}>
        <Link
          to="/logs/$stream"
          params={{ stream: 'auth' }}
          search={{ from: RANGE, user_id: user.id }}
        >
          {texts.signIns}
        </Link>
        <Link
          to="/logs/$stream"
          params={{ stream: 'audit' }}
          search={{ from: RANGE, resource_id: user.id }}
        >
          {texts.changes}
        </Link>
      </div>
    </section>
  )
}
