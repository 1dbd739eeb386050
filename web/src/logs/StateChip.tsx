/** How an event ended, or how grave it is; of a call its code, which says more. */
import type { LogEvent, Stream } from '../api/types'
import { formatEnum } from '../format/value'
import { StatusChip, toneOf } from '../ui/StatusChip'
import { stateOf } from './presentation'
import { StatusCell } from './table/Cell'

export function StateChip({ stream, event }: { stream: Stream; event: LogEvent }) {
  if (stream === 'usage') return <StatusCell event={event} />
  const state = stateOf(stream, event)
  if (state === undefined) return null
  return <StatusChip tone={toneOf(state)}>{formatEnum(state)}</StatusChip>
}
