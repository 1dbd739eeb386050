/** The frame of every signed-in page: navigation at the left, the page beside it. */
import { useDisclosure, useLocalStorage, useMediaQuery } from '@mantine/hooks'
import { Outlet, useLocation } from '@tanstack/react-router'
import { Suspense, lazy, useEffect, useState } from 'react'
import { part } from '../api/parts'
import { t } from '../i18n'
import { useShortcuts } from '../keyboard/useShortcuts'
import { HintLayer } from '../ui/HintLayer'
import { ConnectionBanner } from './ConnectionBanner'
import { Navigation } from './Navigation'
import { TopBar } from './TopBar'
import classes from './AppFrame.module.css'

const ShortcutsHelp = lazy(part(() => import('../keyboard/ShortcutsHelp')))

export function AppFrame() {
  const [narrow, setNarrow] = useNarrow()
  const [menuOpen, menu] = useDisclosure(false)
  const [helpOpen, help] = useDisclosure(false)
  const [helpSeen, setHelpSeen] = useState(false)
  if (helpOpen && !helpSeen) setHelpSeen(true)
  useShortcuts({ '?': help.open })
  const path = useLocation({ select: (location) => location.pathname })
  const closeMenu = menu.close
  useEffect(closeMenu, [path, closeMenu])

  return (
    <div className={classes.frame} data-narrow={narrow || undefined}>
      <a className={classes.skip} href="#page">
        {t.app.skip}
      </a>
      <TopBar menuOpen={menuOpen} onMenu={menu.toggle} />
      <div className={classes.nav} data-open={menuOpen || undefined}>
        <Navigation
          narrow={narrow && !menuOpen}
          onNarrow={() => setNarrow(!narrow)}
          onShortcuts={help.open}
        />
      </div>
      {menuOpen && <div className={classes.veil} onClick={menu.close} />}
      <div className={classes.page} id="page">
        <ConnectionBanner />
        <Outlet />
      </div>
      {helpSeen && (
        <Suspense>
          <ShortcutsHelp opened={helpOpen} onClose={help.close} />
        </Suspense>
      )}
      <HintLayer />
    </div>
  )
}

/** Until the reader chooses, the navigation is narrow where the page needs its room. */
function useNarrow() {
  const small = useMediaQuery('(max-width: 1100px)', false, { getInitialValueInEffect: false })
  const [chosen, setChosen] = useLocalStorage<boolean | undefined>({
    key: 'daybook-nav-narrow',
    defaultValue: undefined,
    getInitialValueInEffect: false,
  })
  return [chosen ?? small, setChosen] as const
}
