/** What one looked at lately. */
import { useSuspenseQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { catalogueQuery } from '../../api/queries'
import { fieldsOf } from '../../catalogue/catalogue'
import { t } from '../../i18n'
import { EventText } from '../../ui/EventText'
import { addressOf, streamOf } from '../place'
import { placeName } from './placeName'
import { useRecentViews } from './useRecentViews'
import { describeView, searchOf } from './viewQuery'
import classes from './ViewsMenu.module.css'

export function RecentList({ onChoose }: { onChoose: () => void }) {
  const { data: catalogue } = useSuspenseQuery(catalogueQuery)
  const [recent] = useRecentViews()
  if (recent.length === 0) return null
  return (
    <section>
      <h3>{t.views.recent}</h3>
      <ul>
        {recent.map(({ place, query }) => (
          <li key={`${place} ${query}`} className={classes.item}>
            <Link {...addressOf(place, searchOf(query))} preload={false} onClick={onChoose}>
              <span className={classes.words}>
                <EventText value={describeView(query, fieldsOf(catalogue, streamOf(place)))} />
              </span>
              <span className={classes.about}>{placeName(place)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}
