/** Whether an account can sign in, and if not, why. */
import type { User, UserState } from '../../api/types'
import { settingsTexts } from '../../i18n/settings'
import { StatusChip, type Tone } from '../../ui/StatusChip'
import classes from './UsersPage.module.css'

const TONES: Record<UserState, Tone> = {
  active: 'ok',
  invited: 'info',
  unverified: 'info',
  disabled: 'quiet',
}

export function UserChips({ user }: { user: User }) {
  return (
    <span className={classes.state}>
      <StatusChip tone={TONES[user.state]}>{settingsTexts().users.states[user.state]}</StatusChip>
      {isLocked(user) && <StatusChip tone="warn">{settingsTexts().users.locked}</StatusChip>}
    </span>
  )
}

export function isLocked({ locked_until }: User, now = new Date()): boolean {
  return typeof locked_until === 'string' && new Date(locked_until) > now
}
