/** What exists, one line per page, and the reader's own corner at the bottom. */
import { ActionIcon, Tooltip } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { statusQuery } from '../api/queries'
import { STREAMS, type Stream } from '../api/types'
import { t } from '../i18n'
import { carriedSearch } from '../logs/carriedSearch'
import { Icon, type IconName } from '../ui/Icon'
import { Logo } from '../ui/Logo'
import { AccountMenu } from './AccountMenu'
import classes from './Navigation.module.css'

interface NavigationProps {
  narrow: boolean
  onNarrow: () => void
  onShortcuts: () => void
}

export function Navigation({ narrow, onNarrow, onShortcuts }: NavigationProps) {
  const status = useQuery(statusQuery)
  const toggleLabel = narrow ? t.app.expand : t.app.collapse
  return (
    <nav className={classes.nav} data-narrow={narrow || undefined} aria-label={t.app.navigation}>
      <div className={classes.brand}>
        <Logo size={24} />
        {!narrow && <span className={classes.name}>{t.app.name}</span>}
        {!narrow && status.data?.demo === true && (
          <Tooltip label={t.app.demoHint}>
            <span className={classes.demo}>{t.app.demo}</span>
          </Tooltip>
        )}
      </div>
      <div className={classes.section}>
        {!narrow && <h2>{t.app.logs}</h2>}
        <ul>
          {STREAMS.map((stream) => (
            <li key={stream}>
              <StreamLink stream={stream} narrow={narrow} />
            </li>
          ))}
        </ul>
      </div>
      <div className={classes.foot}>
        <AccountMenu narrow={narrow} onShortcuts={onShortcuts} />
        <Tooltip label={toggleLabel} position="right">
          <ActionIcon
            className={classes.collapse ?? ''}
            variant="subtle"
            color="gray"
            size={32}
            aria-label={toggleLabel}
            aria-expanded={!narrow}
            onClick={onNarrow}
          >
            <Icon name="sidebar" />
          </ActionIcon>
        </Tooltip>
      </div>
    </nav>
  )
}

function StreamLink({ stream, narrow }: { stream: Stream; narrow: boolean }) {
  const search = useSearch({ strict: false })
  return (
    <Tooltip label={t.streams[stream]} position="right" disabled={!narrow}>
      <Link
        className={classes.link}
        to="/logs/$stream"
        params={{ stream }}
        search={carriedSearch(search)}
        activeOptions={{ includeSearch: false }}
        aria-label={t.streams[stream]}
      >
        <Icon name={stream satisfies IconName} />
        {!narrow && <span>{t.streams[stream]}</span>}
      </Link>
    </Tooltip>
  )
}
