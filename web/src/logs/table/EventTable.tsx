/** The events as a table, 32 px a row. */
import { keyOf } from '../../api/eventRef'
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

const NO_EVENTS: LogEvent[] = []

interface EventTableProps {
  columns: Column[]
  /** Undefined while the first page is on its way. */
  events: LogEvent[] | undefined
  stale: boolean
  marked: LogEvent | undefined
}

export function EventTable({ columns, events, stale, marked }: EventTableProps) {
  const { stream, pageSize, zone } = useLogView()
  const [density] = useDensity()
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
            {columns.map((column) => (
              <ColumnHeader key={column.field.name} column={column} />
            ))}
          </tr>
        </thead>
        <tbody>
          {events === undefined ? (
            <SkeletonRows columns={columns} rows={pageSize} />
          ) : (
            events.map((event) => (
              <EventRow key={keyOf(event)} event={event} marked={event === marked}>
                {columns.map(({ field, alignRight }) => (
                  <td key={field.name} data-field={field.name} data-right={alignRight || undefined}>
                    {field.name === 'time' ? (
                      <TimeCell event={event} />
                    ) : (
                      <Cell field={field} event={event} zone={zone} />
                    )}
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
