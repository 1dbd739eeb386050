/** How long something takes, in words that are never too short. */
import { t } from '../i18n'

/** `42 seconds`, `5 minutes`; from two minutes on whole minutes, rounded up. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(1, Math.ceil(seconds))
  if (whole < 120) return t.durations.seconds(whole)
  const minutes = Math.ceil(whole / 60)
  if (minutes < 120) return t.durations.minutes(minutes)
  return t.durations.hours(Math.ceil(minutes / 60))
}
