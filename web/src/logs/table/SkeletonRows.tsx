/** Rows of the final size while the first page is on its way. */
import type { Column } from '../presentation'
import classes from './EventTable.module.css'

const SHARES = [78, 62, 70, 54, 66]

export function SkeletonRows({ columns, rows }: { columns: Column[]; rows: number }) {
  return Array.from({ length: Math.min(rows, 50) }, (_, row) => (
    <tr key={row} aria-hidden>
      {columns.map(({ field, alignRight }, column) => (
        <td key={field.name} data-right={alignRight || undefined}>
          <div
            className={classes.skeleton}
            style={{ width: `${SHARES[(row + column * 2) % SHARES.length] ?? 60}%` }}
          />
        </td>
      ))}
    </tr>
  ))
}
