/** Small screens only: the name, and the button that opens the navigation. */
import { ActionIcon } from '@mantine/core'
import { t } from '../i18n'
import { Icon } from '../ui/Icon'
import { Logo } from '../ui/Logo'
import classes from './TopBar.module.css'

export function TopBar({ menuOpen, onMenu }: { menuOpen: boolean; onMenu: () => void }) {
  return (
    <header className={classes.bar}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={36}
        aria-label={menuOpen ? t.app.closeMenu : t.app.openMenu}
        aria-expanded={menuOpen}
        onClick={onMenu}
      >
        <Icon name={menuOpen ? 'close' : 'menu'} />
      </ActionIcon>
      <Logo size={22} />
      <span>{t.app.name}</span>
    </header>
  )
}
