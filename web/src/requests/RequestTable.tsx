/** Requests under the headings of their days; the open one shows its content in place. */
import { keyOf } from '../api/eventRef'
import type { LogEvent } from '../api/types'
import { t } from '../i18n'
import { useDensity } from '../logs/columns/useDensity'
import { useLogView } from '../logs/LogView'
import { CellActions } from '../logs/table/CellActions'
import { figureWidth } from '../logs/table/figureWidth'
import { isByTime, shownSort } from '../logs/table/sort'
import { ApartRequest } from './ApartRequest'
import { daysOf, type Day } from './days'
import { RequestRow } from './RequestRow'
import { RequestSkeletons } from './RequestSkeletons'
import classes from './RequestList.module.css'

const TOKENS_PX = 88
const COST_PX = 112

interface RequestTableProps {
  events: LogEvent[] | undefined
  stale: boolean
  marked: LogEvent | undefined
}

export function RequestTable({ events, stale, marked }: RequestTableProps) {
  const { zone, pageSize, state } = useLogView()
  const [density] = useDensity()
  // In another order neighbours are of different days: each row says its own.
  const dated = !isByTime(shownSort(state))
  const days: Day[] | undefined =
    events && (dated ? [{ heading: undefined, events }] : daysOf(events, zone))
  // What is open is marked, if it is there.
  const isApart = events !== undefined && marked === undefined
  return (
    <>
      {isApart && state.open !== undefined && !stale && <ApartRequest open={state.open} />}
      <CellActions events={events ?? []}>
        <table
          className={classes.table}
          aria-label={t.requests.table}
          aria-busy={events === undefined || stale}
          data-density={density}
          data-dated={dated || undefined}
          data-stale={stale || undefined}
        >
          <Head events={events ?? []} />
          {days === undefined ? (
            <RequestSkeletons rows={pageSize} />
          ) : (
            days.map((day) => (
              <tbody key={day.events[0]?.id}>
                {day.heading !== undefined && (
                  <tr className={classes.day}>
                    <th scope="rowgroup" colSpan={6}>
                      {day.heading}
                    </th>
                  </tr>
                )}
                {day.events.map((event) => (
                  <RequestRow
                    key={keyOf(event)}
                    event={event}
                    marked={event === marked}
                    dated={dated}
                  />
                ))}
              </tbody>
            ))
          )}
        </table>
      </CellActions>
    </>
  )
}

function Head({ events }: { events: LogEvent[] }) {
  const { fields } = useLogView()
  const { columns } = t.requests
  const roomFor = (name: string, least: number) => {
    const field = fields.byName.get(name)
    return { width: Math.max(least, field ? figureWidth(events, field) : 0) }
  }
  return (
    <thead>
      <tr>
        <th scope="col">{columns.endpoint}</th>
        <th scope="col">{columns.source}</th>
        <th scope="col" data-right style={roomFor('total_tokens', TOKENS_PX)}>
          {columns.tokens}
        </th>
        <th scope="col" data-right style={roomFor('cost', COST_PX)}>
          {columns.cost}
        </th>
        <th scope="col">{columns.status}</th>
        <th scope="col">{columns.time}</th>
      </tr>
    </thead>
  )
}
