/** The events as a table, 32 px a row. */
import { tableFeatures, useTable, type ColumnDef } from '@tanstack/react-table'
import { useMemo } from 'react'
import type { LogEvent } from '../../api/types'
import { t } from '../../i18n'
import { useDensity } from '../columns/useDensity'
import { useLogView } from '../LogView'
import type { Column } from '../presentation'
import { Cell } from './Cell'
import { CellActions } from './CellActions'
import { ColumnHeader } from './ColumnHeader'
import { EventRow } from './EventRow'
import { SkeletonRows } from './SkeletonRows'
import { TimeCell } from './TimeCell'
import classes from './EventTable.module.css'

const features = tableFeatures({})
const NO_EVENTS: LogEvent[] = []

interface EventTableProps {
  columns: Column[]
  /** Undefined while the first page is on its way. */
  events: LogEvent[] | undefined
  stale: boolean
  marked: string | undefined
}

export function EventTable({ columns, events, stale, marked }: EventTableProps) {
  const { stream, pageSize } = useLogView()
  const [density] = useDensity()
  const table = useTable({
    features,
    columns: useColumnDefs(columns),
    data: events ?? NO_EVENTS,
    getRowId: (event) => event.id,
  })
  const byName = new Map(columns.map((column) => [column.field.name, column]))
  const room = columns.reduce((sum, column) => sum + column.width, 0)

  return (
    <CellActions events={events ?? NO_EVENTS}>
      <table
        className={classes.table}
        style={{ minWidth: room }}
        data-stale={stale || undefined}
        data-density={density}
        aria-label={t.list.table(t.streams[stream])}
        aria-busy={events === undefined || stale}
      >
        <colgroup>
          {columns.map(({ field, width, grows }) => (
            <col key={field.name} style={grows ? {} : { width }} />
          ))}
        </colgroup>
        <thead>
          <tr>
            {table.getFlatHeaders().map((header) => {
              const column = byName.get(header.id)
              return column && <ColumnHeader key={header.id} column={column} />
            })}
          </tr>
        </thead>
        <tbody>
          {events === undefined ? (
            <SkeletonRows columns={columns} rows={pageSize} />
          ) : (
            table.getRowModel().rows.map((row) => (
              <EventRow key={row.id} event={row.original} marked={row.id === marked}>
                {row.getAllCells().map((cell) => (
                  <td
                    key={cell.id}
                    data-field={cell.column.id}
                    data-right={byName.get(cell.column.id)?.alignRight || undefined}
                  >
                    <table.FlexRender cell={cell} />
                  </td>
                ))}
              </EventRow>
            ))
          )}
        </tbody>
      </table>
    </CellActions>
  )
}

function useColumnDefs(columns: Column[]): ColumnDef<typeof features, LogEvent>[] {
  const { zone } = useLogView()
  return useMemo(
    () =>
      columns.map(({ field }) => ({
        id: field.name,
        header: field.label,
        cell: ({ row }) =>
          field.name === 'time' ? (
            <TimeCell event={row.original} />
          ) : (
            <Cell field={field} event={row.original} zone={zone} />
          ),
      })),
    [columns, zone],
  )
}
