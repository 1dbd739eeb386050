/** The view of one log, shared by everything on the page: what is asked and how to change it. */
import { useLocalStorage } from '@mantine/hooks'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { createContext, use, useMemo } from 'react'
import type { Stream } from '../api/types'
import { useStreamFields, type StreamFields } from '../catalogue/catalogue'
import type { Zone } from '../format/time'
import { useZone } from '../ui/useZone'
import { PAGE_SIZES, pageOf, readState, writeState, type LogState } from './logState'
import { addressOf, filtersOf, streamOf, type Place } from './place'
import { useAuto } from './useAuto'

export interface LogView {
  place: Place
  stream: Stream
  fields: StreamFields
  state: LogState
  /** The state with what the place asks by itself: the question to the API. */
  asked: LogState
  pageSize: number
  zone: Zone
  setZone: (zone: Zone) => void
  setPageSize: (pageSize: number) => void
  /** Whether new events are looked for every few seconds. */
  auto: boolean
  setAuto: (auto: boolean) => void
  /** Asks something else: the list starts at its first page and takes in new events. */
  ask: (patch: Partial<LogState>, options?: { replace?: boolean }) => void
  /** Moves within what is asked: another page, another open event. */
  show: (patch: Partial<LogState>, options?: { replace?: boolean }) => void
  /** The address that `show` would lead to. */
  linkTo: (patch: Partial<LogState>) => ReturnType<typeof addressOf>
}

/** For views that are no page of their own; pages take `LogViewProvider`. */
export const LogViewContext = createContext<LogView | undefined>(undefined)

export function useLogView(): LogView {
  const view = use(LogViewContext)
  if (!view) throw new Error('useLogView needs a LogViewProvider above it')
  return view
}

interface LogViewProviderProps {
  place: Place
  children: React.ReactNode
}

export function LogViewProvider({ place, children }: LogViewProviderProps) {
  const view = useView(place)
  return <LogViewContext value={view}>{children}</LogViewContext>
}

function useView(place: Place): LogView {
  const search = useSearch({ strict: false })
  const navigate = useNavigate()
  const stream = streamOf(place)
  const fields = useStreamFields(stream)
  const [zone, setZone] = useZone()
  const [auto, setAuto] = useAuto()
  const [remembered, setRemembered] = useLocalStorage({
    key: 'daybook-page-size',
    defaultValue: 50,
    getInitialValueInEffect: false,
  })

  return useMemo(() => {
    const state = readState(search)
    const pageSize = state.pageSize ?? (PAGE_SIZES.includes(remembered) ? remembered : 50)
    const linkTo: LogView['linkTo'] = (patch) =>
      addressOf(place, writeState({ ...state, ...patch }))
    const show: LogView['show'] = (patch, options) =>
      void navigate({ ...linkTo(patch), replace: options?.replace ?? false })
    const ask: LogView['ask'] = (patch, options) =>
      show({ page: 1, asOf: undefined, ...patch }, options)
    return {
      place,
      stream,
      fields,
      state,
      asked: { ...state, filters: [...filtersOf(place), ...state.filters] },
      pageSize,
      zone,
      setZone,
      setPageSize: (size) => {
        setRemembered(size)
        show({ pageSize: size, page: pageOf(state.page, pageSize, size) })
      },
      auto,
      // A fixed list would hide what is looked for.
      setAuto: (on) => {
        setAuto(on)
        if (on && state.asOf !== undefined) show({ asOf: undefined }, { replace: true })
      },
      ask,
      show,
      linkTo,
    }
  }, [
    search,
    place,
    stream,
    fields,
    zone,
    setZone,
    auto,
    setAuto,
    remembered,
    setRemembered,
    navigate,
  ])
}
