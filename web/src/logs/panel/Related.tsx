/** What belongs to the same story: all of it on one line of time, or log by log. */
import { useSuspenseQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { refOf } from '../../api/eventRef'
import { catalogueQuery } from '../../api/queries'
import type { LogEvent } from '../../api/types'
import { t } from '../../i18n'
import { useRights } from '../../session/rights'
import { Icon } from '../../ui/Icon'
import { writeTimeline } from '../../timeline/timelineState'
import { useLogView } from '../LogView'
import { relatedLinks, usageOfResource } from './relatedLinks'
import panel from './EventPanel.module.css'
import classes from './Related.module.css'

export function Related({ event }: { event: LogEvent }) {
  const { stream, asked } = useLogView()
  const { streams } = useRights()
  const { data: catalogue } = useSuspenseQuery(catalogueQuery)
  const links = relatedLinks(event, catalogue, streams)
  const usage =
    stream === 'audit' && streams.includes('usage') ? usageOfResource(event, asked) : undefined
  if (links.length === 0) return null
  const of = { stream, ...refOf(event) }
  return (
    <section className={panel.section}>
      <h3>{t.panel.related}</h3>
      <ul className={classes.related}>
        {links.map(({ kind, around, targets }) => (
          <li key={kind}>
            <span>
              {t.timeline.kinds[kind]} <small>± {t.timeline.arounds[around]}</small>
            </span>
            <Link
              to="/timeline"
              search={writeTimeline({ of, by: kind, around, without: [], open: undefined })}
              preload={false}
            >
              <Icon name="timeline" size={13} /> {t.timeline.link}
            </Link>
            {targets.map((target) => (
              <Link
                key={target.stream}
                to="/logs/$stream"
                params={{ stream: target.stream }}
                search={target.search}
                preload={false}
              >
                {t.streams[target.stream]}
              </Link>
            ))}
          </li>
        ))}
        {usage && (
          <li>
            <span>{t.panel.usageOfResource}</span>
            <Link to="/logs/$stream" params={{ stream: 'usage' }} search={usage} preload={false}>
              {t.panel.inThisWindow}
            </Link>
          </li>
        )}
      </ul>
    </section>
  )
}
