/** What is read first of an event: why it failed, or what a program says of itself. */
import type { LogEvent } from '../../api/types'
import { t } from '../../i18n'
import { EventText } from '../../ui/EventText'
import { toneOf, type Tone } from '../../ui/StatusChip'
import { useLogView } from '../LogView'
import { stateOf } from '../presentation'
import { FieldValue } from './FieldValue'
import { LongText } from './LongText'
import classes from './EventPanel.module.css'
import values from './FieldGroups.module.css'

const FAILED = new Set(['error', 'failure', 'denied'])

export function LeadText({ event }: { event: LogEvent }) {
  const { stream, fields } = useLogView()
  const { error, reason, message } = event
  const state = stateOf(stream, event) ?? ''
  const field = fields.byName.get('message')
  if (typeof error === 'string' && error !== '')
    return <Failure title={t.panel.error} text={error} />
  if (typeof reason === 'string' && FAILED.has(state)) {
    return <Failure title={t.panel.reason} text={reason} />
  }
  if (!field || typeof message !== 'string' || message === '') return null
  return (
    <Box title={field.label} tone={toneOf(state)}>
      <div className={values.said}>
        <FieldValue field={field} value={message} />
      </div>
    </Box>
  )
}

function Failure({ title, text }: { title: string; text: string }) {
  return (
    <Box title={title} tone="bad">
      <LongText text={text}>{(shown) => <EventText value={shown} breaks />}</LongText>
    </Box>
  )
}

interface BoxProps {
  title: string
  tone: Tone
  children: React.ReactNode
}

function Box({ title, tone, children }: BoxProps) {
  return (
    <div className={classes.lead} data-tone={tone}>
      <h3>{title}</h3>
      {children}
    </div>
  )
}
