/**
 * The view of a log for an event that is shown outside of it: pressing a value leads to that log,
 * with the value as a filter and the time around it as the range.
 */
import { useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useStreamFields } from '../catalogue/catalogue'
import { LogViewContext, type LogView } from '../logs/LogView'
import { readState, writeState } from '../logs/logState'
import { addressOf } from '../logs/place'
import { useZone } from '../ui/useZone'
import type { EventKey } from './timelineState'

interface DetachedViewProps {
  window: { from: string; to: string }
  open: EventKey
  onClose: () => void
  children: React.ReactNode
}

export function DetachedView({ window, open, onClose, children }: DetachedViewProps) {
  const navigate = useNavigate()
  const { stream, id, origin } = open
  const fields = useStreamFields(stream)
  const [zone, setZone] = useZone()
  const { from, to } = window
  const view = useMemo((): LogView => {
    const state = { ...readState({}), from, to, open: { id, origin } }
    const linkTo: LogView['linkTo'] = (patch) =>
      addressOf(stream, writeState({ ...state, ...patch }))
    const ask: LogView['ask'] = (patch) => void navigate(linkTo(patch))
    return {
      place: stream,
      stream,
      fields,
      state,
      asked: state,
      pageSize: 50,
      zone,
      setZone,
      setPageSize: () => undefined,
      auto: false,
      setAuto: () => undefined,
      ask,
      show: (patch) => ('open' in patch && patch.open === undefined ? onClose() : ask(patch)),
      linkTo,
    }
  }, [stream, fields, from, to, id, origin, zone, setZone, navigate, onClose])
  return <LogViewContext value={view}>{children}</LogViewContext>
}
