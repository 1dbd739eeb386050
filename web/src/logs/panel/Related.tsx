/** Links to what belongs to the same story. */
import { useSuspenseQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { catalogueQuery } from '../../api/queries'
import type { LogEvent } from '../../api/types'
import { t } from '../../i18n'
import { useLogView } from '../LogView'
import { relatedLinks, type RelatedKind } from './relatedLinks'
import panel from './EventPanel.module.css'
import classes from './Related.module.css'

export function Related({ event }: { event: LogEvent }) {
  const { stream } = useLogView()
  const { data: catalogue } = useSuspenseQuery(catalogueQuery)
  const links = relatedLinks(event, stream, catalogue)
  if (links.length === 0) return null
  const names: Record<RelatedKind, string> = {
    request: t.panel.sameRequest,
    trace: t.panel.sameTrace,
    user: t.panel.sameUser,
    resource: t.panel.sameResource,
  }
  return (
    <section className={panel.section}>
      <h3>{t.panel.related}</h3>
      <ul className={classes.related}>
        {links.map((link) => (
          <li key={link.kind}>
            <span>{names[link.kind]}</span>
            {link.targets.map((target) => (
              <Link
                key={target.stream}
                to="/logs/$stream"
                params={{ stream: target.stream }}
                search={target.search}
              >
                {t.streams[target.stream]}
              </Link>
            ))}
          </li>
        ))}
      </ul>
    </section>
  )
}
