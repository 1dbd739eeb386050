/** Shows events as they come instead of page by page. */
import { Button, Tooltip } from '@mantine/core'
import { t } from '../i18n'
import { useLogView } from '../logs/LogView'
import { DEFAULT_SORT } from '../logs/logState'
import classes from '../logs/LogToolbar.module.css'

export function LiveButton() {
  const { state, ask } = useLogView()
  return (
    <Tooltip label={t.live.hint}>
      <Button
        className={classes.auto ?? ''}
        variant="default"
        size="sm"
        h={34}
        px={12}
        aria-pressed={state.live}
        leftSection={<span className={classes.dot} />}
        onClick={() => ask({ live: !state.live, sort: DEFAULT_SORT, open: undefined })}
      >
        {t.live.button}
      </Button>
    </Tooltip>
  )
}
