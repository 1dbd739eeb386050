/** Requests under the headings of their days; the open one shows its content in place. */
import type { LogEvent } from '../api/types'
import { t } from '../i18n'
import { useLogView } from '../logs/LogView'
import { CellActions } from '../logs/table/CellActions'
import { ApartRequest } from './ApartRequest'
import { daysOf } from './days'
import { RequestRow } from './RequestRow'
import { RequestSkeletons } from './RequestSkeletons'
import classes from './RequestList.module.css'

interface RequestTableProps {
  events: LogEvent[] | undefined
  stale: boolean
  marked: string | undefined
}

export function RequestTable({ events, stale, marked }: RequestTableProps) {
  const { zone, pageSize, state } = useLogView()
  const { columns } = t.requests
  const isApart = events?.every(({ id }) => id !== state.open) === true
  return (
    <>
      {isApart && state.open !== undefined && !stale && <ApartRequest id={state.open} />}
      <CellActions events={events ?? []}>
        <table
          className={classes.table}
          aria-label={t.requests.table}
          aria-busy={events === undefined || stale}
          data-stale={stale || undefined}
        >
          <thead>
            <tr>
              <th scope="col">{columns.endpoint}</th>
              <th scope="col">{columns.source}</th>
              <th scope="col" data-right>
                {columns.tokens}
              </th>
              <th scope="col" data-right>
                {columns.cost}
              </th>
              <th scope="col">{columns.status}</th>
              <th scope="col">{columns.time}</th>
            </tr>
          </thead>
          {events === undefined ? (
            <RequestSkeletons rows={pageSize} />
          ) : (
            daysOf(events, zone).map((day) => (
              <tbody key={day.heading}>
                <tr className={classes.day}>
                  <th scope="rowgroup" colSpan={6}>
                    {day.heading}
                  </th>
                </tr>
                {day.events.map((event) => (
                  <RequestRow key={event.id} event={event} marked={event.id === marked} />
                ))}
              </tbody>
            ))
          )}
        </table>
      </CellActions>
    </>
  )
}
