/** What went in and came out, with the parts of either: from the cache, into it, for reasoning. */
import type { LogEvent } from '../../api/types'
import { formatNumber, formatShare } from '../../format/number'
import { t } from '../../i18n'
import { tokensOf } from './tokens'
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
        {lines.map(({ part, count, share }) => (
          <tr
            key={part}
            data-part={share === undefined ? undefined : true}
            data-total={part === 'total' || undefined}
          >
            <td>{t.panel.tokenParts[part]}</td>
            <td data-right>{formatNumber(count)}</td>
            <td data-right>{share === undefined ? '' : formatShare(share)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
