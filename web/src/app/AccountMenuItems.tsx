/** What the account's menu offers; loaded when it is opened. */
import { Menu, SegmentedControl, useMantineColorScheme } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { statusQuery } from '../api/queries'
import { chooseLanguage, currentLanguage, languages, t } from '../i18n'
import { useSignOut } from '../session/session'
import type { Dropping } from '../ui/Drop'
import { DropAnchor } from '../ui/DropAnchor'
import { useOpened } from '../ui/DropPanel'
import { Icon } from '../ui/Icon'
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
        <Appearance />
        <LanguageChoice />
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

function Appearance() {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <>
      <Menu.Label>{t.app.theme}</Menu.Label>
      <SegmentedControl
        className={classes.themes ?? ''}
        fullWidth
        size="xs"
        aria-label={t.app.theme}
        value={colorScheme}
        onChange={setColorScheme}
        data={(['light', 'dark', 'auto'] as const).map((value) => ({
          value,
          label: t.app.themes[value],
        }))}
      />
    </>
  )
}

function LanguageChoice() {
  return (
    <>
      <Menu.Label>{t.app.language}</Menu.Label>
      <SegmentedControl
        className={classes.themes ?? ''}
        fullWidth
        size="xs"
        aria-label={t.app.language}
        value={currentLanguage()}
        onChange={chooseLanguage}
        data={languages.map(({ tag, name }) => ({
          value: tag,
          label: <span lang={tag}>{name}</span>,
        }))}
      />
    </>
  )
}
