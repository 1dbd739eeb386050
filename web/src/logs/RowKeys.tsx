/** The keys for the event of a list that is open, or else marked. */
import { useRouter } from '@tanstack/react-router'
import { refOf } from '../api/eventRef'
import { EventKeys } from './EventKeys'
import { useLogView } from './LogView'
import type { RowCursor } from './useRowCursor'

export function RowKeys({ cursor: { marked } }: { cursor: RowCursor }) {
  const { stream, state, linkTo } = useLogView()
  const router = useRouter()
  const ref = marked ? refOf(marked) : state.open
  const address = () => location.origin + router.buildLocation(linkTo({ open: ref })).href
  return <EventKeys of={ref && { stream, ...ref }} address={address} />
}
