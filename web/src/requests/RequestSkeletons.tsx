/** Rows of the final size while the first page is on its way. */
import classes from './RequestList.module.css'

const SHARES = [64, 52, 70, 58, 46]
const COLUMNS = 6

export function RequestSkeletons({ rows }: { rows: number }) {
  return (
    <tbody aria-hidden>
      {Array.from({ length: Math.min(rows, 25) }, (_, row) => (
        <tr key={row} className={classes.row}>
          {Array.from({ length: COLUMNS }, (_, column) => (
            <td key={column}>
              <div
                className={classes.skeleton}
                style={{ width: `${SHARES[(row + column) % SHARES.length] ?? 60}%` }}
              />
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  )
}
