/** What changed: field, old value, new value; what has many lines as lines that went and came. */
import type { Json, LogEvent } from '../../api/types'
import { t } from '../../i18n'
import { EventText } from '../../ui/EventText'
import { changesOf, hasLines, isAttempted, longJson, shortJson, type Change } from './changes'
import { DiffView } from './DiffView'
import { LongText } from './LongText'
import classes from './EventPanel.module.css'

export function Changes({ event }: { event: LogEvent }) {
  const changes = changesOf(event)
  if (changes.length === 0) return null
  const title = isAttempted(event) ? t.panel.attempted : t.panel.changes
  return (
    <section className={classes.section}>
      <h3>{title}</h3>
      <table className={classes.table} aria-label={title}>
        <thead>
          <tr>
            <th scope="col">{t.panel.field}</th>
            <th scope="col">{t.panel.old}</th>
            <th scope="col">{t.panel.new}</th>
          </tr>
        </thead>
        <tbody>
          {changes.map((change, index) => (
            <ChangeRow key={`${change.field} ${index}`} change={change} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

function ChangeRow({ change }: { change: Change }) {
  const field = (
    <td>
      <EventText value={change.field} />
    </td>
  )
  return hasLines(change) ? (
    <tr>
      {field}
      <td colSpan={2}>
        <DiffView old={longJson(change.old)} next={longJson(change.new)} />
      </td>
    </tr>
  ) : (
    <tr>
      {field}
      <td>
        <Value value={change.old} className={classes.was} />
      </td>
      <td>
        <Value value={change.new} className={classes.becomes} />
      </td>
    </tr>
  )
}

function Value({ value, className }: { value: Json | undefined; className: string | undefined }) {
  if (value === undefined || value === null) return <em>{shortJson(value)}</em>
  return (
    <span className={className}>
      <LongText text={shortJson(value)}>{(shown) => <EventText value={shown} breaks />}</LongText>
    </span>
  )
}
