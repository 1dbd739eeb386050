/** A short table of things one manages. On a narrow screen each row becomes a card. */
import { Skeleton } from '@mantine/core'
import { describeError } from './describeError'
import { Notice } from './Notice'
import classes from './DataTable.module.css'

export interface DataColumn<Row> {
  label: string
  cell: (row: Row) => React.ReactNode
  /** Buttons: no label, at the right. */
  actions?: boolean
  /** Values of any length: they wrap, the others keep to their line. */
  long?: boolean
}

interface DataTableProps<Row> {
  label: string
  columns: DataColumn<Row>[]
  /** Absent while they are fetched. */
  rows: readonly Row[] | undefined
  error?: Error | null
  keyOf: (row: Row) => string
  /** Stands there instead of a table without rows. */
  empty: React.ReactNode
  stale?: boolean
  marked?: string | undefined
}

const SKELETONS = 3

export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, columns, rows, error, keyOf, empty, stale, marked } = props
  if (rows === undefined && error) return <Notice tone="bad">{describeError(error)}</Notice>
  if (rows?.length === 0) return empty
  return (
    <table
      className={classes.table}
      aria-label={label}
      aria-busy={rows === undefined}
      data-stale={stale || undefined}
    >
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.label} scope="col">
              {column.actions ? (
                <span className="visually-hidden">{column.label}</span>
              ) : (
                column.label
              )}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows?.map((row) => (
          <tr key={keyOf(row)} data-marked={keyOf(row) === marked || undefined}>
            {columns.map((column) => (
              <td
                key={column.label}
                data-label={column.actions ? undefined : column.label}
                data-actions={column.actions || undefined}
                data-long={column.long || undefined}
              >
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
        {rows === undefined &&
          Array.from({ length: SKELETONS }, (_, index) => (
            <tr key={index} aria-hidden>
              {columns.map((column) => (
                <td key={column.label}>
                  {!column.actions && <Skeleton height={10} width="60%" />}
                </td>
              ))}
            </tr>
          ))}
      </tbody>
    </table>
  )
}
