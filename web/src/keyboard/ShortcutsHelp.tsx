/** The list of keys, behind `?`. */
import { Kbd, Modal, Switch } from '@mantine/core'
import { useState } from 'react'
import { t } from '../i18n'
import { hasCharacterKeys, setCharacterKeys } from './useShortcuts'
import classes from './ShortcutsHelp.module.css'

interface ShortcutsHelpProps {
  opened: boolean
  onClose: () => void
}

export default function ShortcutsHelp({ opened, onClose }: ShortcutsHelpProps) {
  const [characters, setCharacters] = useState(hasCharacterKeys)
  const keys: [string[], string][] = [
    [['/'], t.shortcuts.search],
    [['j'], t.shortcuts.next],
    [['k'], t.shortcuts.previous],
    [['n'], t.shortcuts.nextPage],
    [['p'], t.shortcuts.previousPage],
    [['Enter'], t.shortcuts.open],
    [['Esc'], t.shortcuts.close],
    [['f'], t.shortcuts.filter],
    [['i'], t.shortcuts.include],
    [['x'], t.shortcuts.exclude],
    [['c'], t.shortcuts.copyLink],
    [['u'], t.shortcuts.copyCurl],
    [['m'], t.shortcuts.compare],
    [['↑', '↓'], t.shortcuts.arrows],
    [['r'], t.shortcuts.refresh],
    [['a'], t.shortcuts.auto],
    [['l'], t.shortcuts.live],
    [['?'], t.shortcuts.help],
    [[t.shortcuts.clickKey], t.shortcuts.click],
    [['Alt', t.shortcuts.clickKey], t.shortcuts.altClick],
  ]
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t.shortcuts.title}
      closeButtonProps={{ 'aria-label': t.shortcuts.closeHelp }}
      centered
    >
      <dl className={classes.keys}>
        {keys.map(([combination, meaning]) => (
          <div key={meaning}>
            <dt>{meaning}</dt>
            <dd>
              {combination.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <Switch
        className={classes.characters ?? ''}
        size="xs"
        label={t.shortcuts.characters}
        checked={characters}
        onChange={(event) => {
          setCharacters(event.currentTarget.checked)
          setCharacterKeys(event.currentTarget.checked)
        }}
      />
    </Modal>
  )
}
