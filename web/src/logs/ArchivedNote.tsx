/** Says that a list does not show everything of its range, and where the rest is. */
import type { EventPage } from '../api/types'
import { formatDayMinute, zoneName } from '../format/time'
import { t } from '../i18n'
import { Notice } from '../ui/Notice'
import { useLogView } from './LogView'
import { resolveTime } from './range/range'

export function ArchivedNote({ page }: { page: EventPage | undefined }) {
  const { state, zone } = useLogView()
  if (page?.online_from == null) return null
  const online = new Date(page.online_from)
  const from = resolveTime(state.from, new Date())
  if (from === undefined || from >= online) return null
  const since = `${formatDayMinute(online, zone)} ${zoneName(online, zone)}`
  return <Notice tone="info">{t.download.archived(since)}</Notice>
}
