/** A live list before its first event, or one that the server refuses. */
import { t } from '../i18n'
import { ListError } from '../logs/empty/ListError'
import { Message } from '../ui/Message'
import type { Tail } from './useTail'

export function LiveEmpty({ tail }: { tail: Tail }) {
  const { link, error, retry } = tail
  if (link === 'refused' && error) return <ListError error={error} onRetry={retry} />
  return <Message icon="clock" title={t.live.empty} text={t.live.emptyHint} />
}
