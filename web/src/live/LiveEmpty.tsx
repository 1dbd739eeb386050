/** A live list before its first event, or one that the server refuses. */
import { t } from '../i18n'
import { ListError } from '../logs/empty/ListError'
import { useLogView } from '../logs/LogView'
import { Message } from '../ui/Message'
import type { Tail } from './useTail'

export function LiveEmpty({ tail }: { tail: Tail }) {
  const { ask } = useLogView()
  if (tail.error) return <ListError error={tail.error} onRetry={() => ask({ live: false })} />
  return <Message icon="clock" title={t.live.empty} text={t.live.emptyHint} />
}
