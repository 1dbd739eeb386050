/** What exists for the reader's role, one line per page, and their own corner at the bottom. */
import { ActionIcon } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { statusQuery } from '../api/queries'
import { t } from '../i18n'
import { addressOf, enter, type Place } from '../logs/place'
import { useRights } from '../session/rights'
import { Icon, type IconName } from '../ui/Icon'
import { Logo } from '../ui/Logo'
import { AccountMenu } from './AccountMenu'
import classes from './Navigation.module.css'

interface NavigationProps {
  narrow: boolean
  onNarrow: () => void
  onShortcuts: () => void
}

const SETTINGS = [
  { to: '/verify', icon: 'audit', name: 'verify' },
  { to: '/settings/users', icon: 'person', name: 'users' },
  { to: '/settings/api-keys', icon: 'key', name: 'keys' },
  { to: '/settings/sign-in', icon: 'id', name: 'signIn' },
] as const

export function Navigation({ narrow, onNarrow, onShortcuts }: NavigationProps) {
  const status = useQuery(statusQuery)
  const { streams, inspects } = useRights()
  const toggleLabel = narrow ? t.app.expand : t.app.collapse
  return (
    <nav className={classes.nav} data-narrow={narrow || undefined} aria-label={t.app.navigation}>
      <div className={classes.brand}>
        <Logo size={24} />
        {!narrow && <span className={classes.name}>{t.app.name}</span>}
        {!narrow && status.data?.demo === true && (
          <span className={classes.demo} data-hint={t.app.demoHint}>
            {t.app.demo}
          </span>
        )}
      </div>
      <div className={classes.sections}>
        <Section title={t.app.logs} narrow={narrow}>
          <li>
            <PlaceLink place="requests" name={t.pages.requests} narrow={narrow} />
          </li>
          {streams.map((stream) => (
            <li key={stream}>
              <PlaceLink place={stream} name={t.streams[stream]} narrow={narrow} />
            </li>
          ))}
          <li>
            <PageLink to="/downloads" icon="download" name={t.pages.exports} narrow={narrow} />
          </li>
        </Section>
        {inspects && (
          <Section title={t.app.settings} narrow={narrow}>
            {SETTINGS.map(({ to, icon, name }) => (
              <li key={to}>
                <PageLink to={to} icon={icon} name={t.pages[name]} narrow={narrow} />
              </li>
            ))}
          </Section>
        )}
      </div>
      <div className={classes.foot}>
        <AccountMenu narrow={narrow} onShortcuts={onShortcuts} />
        <ActionIcon
          className={classes.collapse ?? ''}
          variant="subtle"
          color="gray"
          size={32}
          aria-label={toggleLabel}
          data-hint={toggleLabel}
          data-hint-side="right"
          aria-expanded={!narrow}
          onClick={onNarrow}
        >
          <Icon name="sidebar" />
        </ActionIcon>
      </div>
    </nav>
  )
}

interface SectionProps {
  title: string
  narrow: boolean
  children: React.ReactNode
}

function Section({ title, narrow, children }: SectionProps) {
  return (
    <div className={classes.section}>
      {narrow ? <hr /> : <h2>{title}</h2>}
      <ul>{children}</ul>
    </div>
  )
}

interface PageLinkProps {
  to: '/downloads' | (typeof SETTINGS)[number]['to']
  icon: IconName
  name: string
  narrow: boolean
}

function PageLink({ to, icon, name, narrow }: PageLinkProps) {
  return (
    <Link
      className={classes.link}
      to={to}
      aria-label={name}
      data-hint={narrow ? name : undefined}
      data-hint-side="right"
    >
      <Icon name={icon} />
      {!narrow && <span>{name}</span>}
    </Link>
  )
}

interface PlaceLinkProps {
  place: Place
  name: string
  narrow: boolean
}

function PlaceLink({ place, name, narrow }: PlaceLinkProps) {
  const search = useSearch({ strict: false })
  return (
    <Link
      className={classes.link}
      {...addressOf(place, enter(place, search))}
      activeOptions={{ includeSearch: false }}
      aria-label={name}
      data-hint={narrow ? name : undefined}
      data-hint-side="right"
    >
      <Icon name={place satisfies IconName} />
      {!narrow && <span>{name}</span>}
    </Link>
  )
}
