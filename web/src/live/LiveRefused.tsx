/** Why a live list that shows events goes on no more, and how to make it. */
import { Button } from '@mantine/core'
import { t } from '../i18n'
import { describeError } from '../ui/describeError'
import { Notice } from '../ui/Notice'
import type { Tail } from './useTail'
import classes from './LiveBar.module.css'

export function LiveRefused({ tail }: { tail: Tail }) {
  const { link, error, shown, retry } = tail
  if (link !== 'refused' || !error || shown.length === 0) return null
  return (
    <Notice tone="bad" title={t.live.ended}>
      <div className={classes.cause}>
        {describeError(error)}
        <Button size="compact-xs" variant="default" onClick={retry}>
          {t.errors.retry}
        </Button>
      </div>
    </Notice>
  )
}
