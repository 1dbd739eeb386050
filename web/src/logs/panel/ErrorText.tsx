/** Why it failed, before everything else. */
import type { LogEvent } from '../../api/types'
import { t } from '../../i18n'
import { EventText } from '../../ui/EventText'
import { useLogView } from '../LogView'
import { stateOf } from '../presentation'
import classes from './EventPanel.module.css'

const FAILED = new Set(['error', 'failure', 'denied'])

export function ErrorText({ event }: { event: LogEvent }) {
  const { stream } = useLogView()
  const error = event['error']
  const reason = event['reason']
  if (typeof error === 'string' && error !== '') return <Box title={t.panel.error} text={error} />
  if (typeof reason === 'string' && FAILED.has(stateOf(stream, event) ?? '')) {
    return <Box title={t.panel.reason} text={reason} />
  }
  return null
}

function Box({ title, text }: { title: string; text: string }) {
  return (
    <div className={classes.error}>
      <h3>{title}</h3>
      <EventText value={text} />
    </div>
  )
}
