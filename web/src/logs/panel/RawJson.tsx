/** The event as the API returns it. */
import { useState } from 'react'
import type { Json, LogEvent } from '../../api/types'
import { t } from '../../i18n'
import { CopyButton } from '../../ui/CopyButton'
import { Icon } from '../../ui/Icon'
import { JsonView } from './JsonView'
import panel from './EventPanel.module.css'
import classes from './RawJson.module.css'

export function RawJson({ event }: { event: LogEvent }) {
  const [open, setOpen] = useState(false)
  return (
    <details
      className={`${panel.section ?? ''} ${classes.raw ?? ''}`}
      open={open}
      onToggle={(toggle) => setOpen(toggle.currentTarget.open)}
    >
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
        {open && <JsonView value={event as Json} />}
      </div>
    </details>
  )
}
