/** The list of keys, behind `?`. */
import { Kbd, Modal } from '@mantine/core'
import { t } from '../i18n'
import classes from './ShortcutsHelp.module.css'

interface ShortcutsHelpProps {
  opened: boolean
  onClose: () => void
}

export default function ShortcutsHelp({ opened, onClose }: ShortcutsHelpProps) {
  const keys: [string[], string][] = [
    [['/'], t.shortcuts.search],
    [['j'], t.shortcuts.next],
    [['k'], t.shortcuts.previous],
    [['Enter'], t.shortcuts.open],
    [['Esc'], t.shortcuts.close],
    [['?'], t.shortcuts.help],
    [['Click'], t.shortcuts.click],
    [['Alt', 'Click'], t.shortcuts.altClick],
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
    </Modal>
  )
}
