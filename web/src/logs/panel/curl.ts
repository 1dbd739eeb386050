/** The command that fetches an event from a shell. */
import type { Stream } from '../../api/types'

export function curlOf(origin: string, stream: Stream, id: string): string {
  // Inside single quotes a shell reads nothing but the quote itself.
  const path = encodeURIComponent(id).replaceAll("'", '%27')
  return `curl -H "Authorization: Bearer $DAYBOOK_KEY" '${origin}/api/v1/logs/${stream}/events/${path}'`
}
