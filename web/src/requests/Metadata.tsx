/** The tags the caller attached. Pressing one searches for it. */
import type { LogEvent } from '../api/types'
import { visibleText } from '../format/text'
import { t } from '../i18n'
import { useLogView } from '../logs/LogView'
import { LongText } from '../logs/panel/LongText'
import { isObject } from '../logs/panel/parts'
import { EventText } from '../ui/EventText'
import classes from './RequestDetails.module.css'

export function Metadata({ event }: { event: LogEvent }) {
  const { ask } = useLogView()
  const metadata = event['metadata']
  const tags = isObject(metadata) ? Object.entries(metadata) : []
  if (tags.length === 0) return null
  return (
    <section className={classes.metadata} aria-label={t.requests.metadata}>
      <h3>{t.requests.metadata}</h3>
      <dl>
        {tags.map(([key, value]) => {
          const text = typeof value === 'string' ? value : JSON.stringify(value)
          return (
            <div key={key}>
              <dt>
                <EventText value={key} />
              </dt>
              <dd>
                <LongText text={text}>
                  {(shown) => (
                    <button
                      type="button"
                      title={visibleText(t.requests.searchFor(text))}
                      onClick={() => ask({ q: text, open: undefined })}
                    >
                      <EventText value={shown} breaks />
                    </button>
                  )}
                </LongText>
              </dd>
            </div>
          )
        })}
      </dl>
    </section>
  )
}
