/** The event as the API returns it. */
import type { Json, LogEvent } from '../../api/types'
import { t } from '../../i18n'
import { CopyButton } from '../../ui/CopyButton'
import { Icon } from '../../ui/Icon'
import { JsonView } from './JsonView'
import panel from './EventPanel.module.css'
import classes from './RawJson.module.css'

export function RawJson({ event }: { event: LogEvent }) {
  return (
    <details className={`${panel.section ?? ''} ${classes.raw ?? ''}`}>
      <summary>
        <Icon name="right" size={12} />
        {t.panel.raw}
      </summary>
      <div className={classes.body}>
        <CopyButton
          className={classes.copy}
          text={() => JSON.stringify(event, null, 2)}
          label={t.panel.copyJson}
        />
        <JsonView value={event as Json} />
      </div>
    </details>
  )
}
