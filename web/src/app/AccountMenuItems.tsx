/** What the account's menu offers; loaded when it is opened. */
import { Menu } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { statusQuery } from '../api/queries'
import { t } from '../i18n'
import { useSignOut } from '../session/session'
import type { Dropping } from '../ui/Drop'
import { DropAnchor } from '../ui/DropAnchor'
import { useOpened } from '../ui/DropPanel'
import { Icon } from '../ui/Icon'
import { AppearanceChoice, LanguageChoice } from './Choices'
import classes from './AccountMenu.module.css'

interface AccountMenuItemsProps {
  drop: Dropping
  onShortcuts: () => void
}

export default function AccountMenuItems({ drop, onShortcuts }: AccountMenuItemsProps) {
  const status = useQuery(statusQuery)
  const signOut = useSignOut()
  return (
    <Menu
      id={drop.id}
      opened={useOpened(drop)}
      onChange={drop.setOpened}
      position="top-start"
      width={248}
    >
      <Menu.Target>
        <DropAnchor element={drop.anchor} />
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<Icon name="person" />} component={Link} to="/account">
          {t.pages.account}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>{t.app.theme}</Menu.Label>
        <AppearanceChoice className={classes.choice} />
        <Menu.Label>{t.app.language}</Menu.Label>
        <LanguageChoice className={classes.choice} />
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="keyboard" />} onClick={onShortcuts}>
          {t.app.shortcuts}
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="signOut" />} onClick={() => signOut.mutate()}>
          {t.app.signOut}
        </Menu.Item>
        {status.data && <Menu.Label>{t.app.version(status.data.version)}</Menu.Label>}
      </Menu.Dropdown>
    </Menu>
  )
}
