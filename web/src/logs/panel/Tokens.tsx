/** What went in and came out, with the parts of either: from the cache, into it, for reasoning. */
import type { LogEvent } from '../../api/types'
import { formatNumber, formatShare } from '../../format/number'
import { t } from '../../i18n'
import { useLogView } from '../LogView'
import { valueFilter } from '../table/cellFilter'
import { FilterableValue } from './FilterableValue'
import { FilterButton } from './FilterButton'
import { fieldOfPart, tokensOf, type TokenLine } from './tokens'
import panel from './EventPanel.module.css'
import classes from './Tokens.module.css'

export function Tokens({ event }: { event: LogEvent }) {
  const lines = tokensOf(event)
  if (lines.length === 0) return null
  return (
    <table className={`${panel.table ?? ''} ${classes.tokens ?? ''}`} aria-label={t.panel.tokens}>
      <thead>
        <tr>
          <th scope="col">{t.panel.tokens}</th>
          <th scope="col" data-right>
            {t.panel.quantity}
          </th>
          <th scope="col" data-right>
            {t.panel.share}
          </th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr
            key={line.part}
            data-part={line.share === undefined ? undefined : true}
            data-total={line.part === 'total' || undefined}
          >
            <td>{t.panel.tokenParts[line.part]}</td>
            <td data-right>
              <Count line={line} />
            </td>
            <td data-right>{line.share === undefined ? '' : formatShare(line.share)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Count({ line: { part, count } }: { line: TokenLine }) {
  const { fields } = useLogView()
  const field = fields.byName.get(fieldOfPart(part))
  const filter = field && valueFilter(field, count)
  return (
    <div className={classes.count}>
      {filter?.excludable && <FilterButton filter={filter} exclude />}
      <FilterableValue field={field} value={count}>
        {formatNumber(count)}
      </FilterableValue>
    </div>
  )
}
