/** The columns of a log: what the address says, else what the reader chose before, else the usual. */
import { useLocalStorage } from '@mantine/hooks'
import { useMemo } from 'react'
import type { Stream } from '../../api/types'
import { useLogView } from '../LogView'
import { columnsOf, type Column } from '../presentation'

export interface Columns {
  columns: Column[]
  /** Their names without time, which is always the first. */
  names: string[]
  /** Whether they are others than the usual ones. */
  chosen: boolean
  /** Undefined brings back the usual ones. */
  choose: (names: string[] | undefined) => void
}

export function useColumns(): Columns {
  const { stream, fields, state, show } = useLogView()
  const [remembered, setRemembered] = useLocalStorage<Partial<Record<Stream, string[]>>>({
    key: 'daybook-columns',
    defaultValue: {},
    getInitialValueInEffect: false,
  })
  const wanted = state.columns ?? remembered[stream]
  const columns = useMemo(() => columnsOf(fields, wanted), [fields, wanted])
  return {
    columns,
    names: columns.map(({ field }) => field.name).filter((name) => name !== 'time'),
    chosen: wanted !== undefined,
    choose: (names) => {
      setRemembered({ ...remembered, [stream]: names })
      // An address that names columns goes along; one that does not stays short.
      if (state.columns !== undefined) show({ columns: names }, { replace: true })
    },
  }
}
