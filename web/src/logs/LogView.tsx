/** The view of one log, shared by everything on the page: what is asked and how to change it. */
import { useLocalStorage } from '@mantine/hooks'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { createContext, use, useMemo } from 'react'
import type { Stream } from '../api/types'
import { useStreamFields, type StreamFields } from '../catalogue/catalogue'
import type { Zone } from '../format/time'
import { useZone } from '../ui/useZone'
import { PAGE_SIZES, readState, writeState, type LogState } from './logState'

export interface LogView {
  stream: Stream
  fields: StreamFields
  state: LogState
  pageSize: number
  zone: Zone
  setZone: (zone: Zone) => void
  setPageSize: (pageSize: number) => void
  /** Asks something else: the list starts at its first page and takes in new events. */
  ask: (patch: Partial<LogState>, options?: { replace?: boolean }) => void
  /** Moves within what is asked: another page, another open event. */
  show: (patch: Partial<LogState>, options?: { replace?: boolean }) => void
}

const LogViewContext = createContext<LogView | undefined>(undefined)

export function useLogView(): LogView {
  const view = use(LogViewContext)
  if (!view) throw new Error('useLogView needs a LogViewProvider above it')
  return view
}

interface LogViewProviderProps {
  stream: Stream
  children: React.ReactNode
}

export function LogViewProvider({ stream, children }: LogViewProviderProps) {
  const view = useView(stream)
  return <LogViewContext value={view}>{children}</LogViewContext>
}

function useView(stream: Stream): LogView {
  const search = useSearch({ from: '/signed-in/logs/$stream' })
  const navigate = useNavigate()
  const fields = useStreamFields(stream)
  const [zone, setZone] = useZone()
  const [remembered, setRemembered] = useLocalStorage({
    key: 'daybook-page-size',
    defaultValue: 50,
    getInitialValueInEffect: false,
  })

  return useMemo(() => {
    const state = readState(search)
    const pageSize = state.pageSize ?? (PAGE_SIZES.includes(remembered) ? remembered : 50)
    const show: LogView['show'] = (patch, options) =>
      void navigate({
        to: '/logs/$stream',
        params: { stream },
        search: writeState({ ...state, ...patch }),
        replace: options?.replace ?? false,
      })
    const ask: LogView['ask'] = (patch, options) =>
      show({ page: 1, asOf: undefined, ...patch }, options)
    const setPageSize = (size: number) => {
      setRemembered(size)
      ask({ pageSize: size })
    }
    return { stream, fields, state, pageSize, zone, setZone, setPageSize, ask, show }
  }, [search, stream, fields, zone, setZone, remembered, setRemembered, navigate])
}
