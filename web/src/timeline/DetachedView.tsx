/**
 * The view of a log for an event that is shown outside of it: pressing a value leads to that log,
 * with the value as a filter and the time around it as the range.
 */
import { useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { Stream } from '../api/types'
import { useStreamFields } from '../catalogue/catalogue'
import { LogViewContext, type LogView } from '../logs/LogView'
import { readState, writeState } from '../logs/logState'
import { addressOf } from '../logs/place'
import { useZone } from '../ui/useZone'

interface DetachedViewProps {
  stream: Stream
  window: { from: string; to: string }
  open: string
  onClose: () => void
  children: React.ReactNode
}

export function DetachedView({ stream, window, open, onClose, children }: DetachedViewProps) {
  const navigate = useNavigate()
  const fields = useStreamFields(stream)
  const [zone, setZone] = useZone()
  const { from, to } = window
  const view = useMemo((): LogView => {
    const state = { ...readState({}), from, to, open }
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
  }, [stream, fields, from, to, open, zone, setZone, navigate, onClose])
  return <LogViewContext value={view}>{children}</LogViewContext>
}
