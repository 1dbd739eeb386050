/** What changed: field, old value, new value. */
import type { Json, LogEvent } from '../../api/types'
import { t } from '../../i18n'
import { EventText } from '../../ui/EventText'
import { changesOf, shortJson } from './changes'
import classes from './EventPanel.module.css'

export function Changes({ event }: { event: LogEvent }) {
  const changes = changesOf(event)
  if (changes.length === 0) return null
  return (
    <section className={classes.section}>
      <h3>{t.panel.changes}</h3>
      <table className={classes.table} aria-label={t.panel.changes}>
        <thead>
          <tr>
            <th scope="col">{t.panel.field}</th>
            <th scope="col">{t.panel.old}</th>
            <th scope="col">{t.panel.new}</th>
          </tr>
        </thead>
        <tbody>
          {changes.map((change, index) => (
            <tr key={`${change.field} ${index}`}>
              <td>
                <EventText value={change.field} />
              </td>
              <td>
                <Value value={change.old} className={classes.was} />
              </td>
              <td>
                <Value value={change.new} className={classes.becomes} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Value({ value, className }: { value: Json | undefined; className: string | undefined }) {
  if (value === undefined || value === null) return <em>{shortJson(value)}</em>
  const text = typeof value === 'object' ? JSON.stringify(value, null, 2) : shortJson(value)
  return (
    <span className={className}>
      <EventText value={text} />
    </span>
  )
}
