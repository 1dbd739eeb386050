/** Looks for new events every few seconds; green while it does. */
import { Button, Tooltip } from '@mantine/core'
import { t } from '../i18n'
import { useLogView } from './LogView'
import classes from './LogToolbar.module.css'

export function AutoButton() {
  const { auto, setAuto } = useLogView()
  return (
    <Tooltip label={t.list.autoHint}>
      <Button
        className={classes.auto ?? ''}
        variant="default"
        size="sm"
        h={34}
        px={12}
        aria-pressed={auto}
        leftSection={<span className={classes.dot} />}
        onClick={() => setAuto(!auto)}
      >
        {t.list.auto}
      </Button>
    </Tooltip>
  )
}
