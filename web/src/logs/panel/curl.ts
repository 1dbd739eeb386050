/** The command that fetches an event from a shell. */
import type { EventKey } from '../../timeline/timelineState'

export function curlOf(server: string, { stream, id, origin }: EventKey): string {
  const query = origin === undefined ? '' : `?origin=${quoted(origin)}`
  const address = `${server}/api/v1/logs/${stream}/events/${quoted(id)}${query}`
  return `curl -H "Authorization: Bearer $DAYBOOK_KEY" '${address}'`
}

/** Inside single quotes a shell reads nothing but the quote itself. */
function quoted(text: string): string {
  return encodeURIComponent(text).replaceAll("'", '%27')
}
