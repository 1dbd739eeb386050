/** Who is signed in, the appearance, and the way out. */
import { Menu, SegmentedControl, UnstyledButton, useMantineColorScheme } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { sessionQuery, statusQuery } from '../api/queries'
import { chooseLanguage, currentLanguage, languages, t } from '../i18n'
import { useSignOut } from '../session/session'
import { Icon } from '../ui/Icon'
import classes from './AccountMenu.module.css'

interface AccountMenuProps {
  narrow: boolean
  onShortcuts: () => void
}

export function AccountMenu({ narrow, onShortcuts }: AccountMenuProps) {
  const session = useQuery(sessionQuery)
  const status = useQuery(statusQuery)
  const signOut = useSignOut()
  const email = session.data?.email ?? ''
  return (
    <Menu position="top-start" width={248} withinPortal>
      <Menu.Target>
        <UnstyledButton
          className={classes.account ?? ''}
          data-narrow={narrow || undefined}
          aria-label={t.app.account(email)}
        >
          <span className={classes.avatar} aria-hidden>
            {email.charAt(0).toUpperCase()}
          </span>
          {!narrow && (
            <span className={classes.who}>
              <span className={classes.email}>{email}</span>
              <span className={classes.role}>{session.data && t.roles[session.data.role]}</span>
            </span>
          )}
        </UnstyledButton>
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
