/** Request and response of a call: as a conversation where it is one, else as JSON. */
import { useState } from 'react'
import type { Json, LogEvent } from '../../api/types'
import { t } from '../../i18n'
import { CopyButton } from '../../ui/CopyButton'
import { Conversation } from './Conversation'
import { JsonView } from './JsonView'
import { requestMessages, responseMessages, type Message } from './conversation'
import { PlainText } from './PlainText'
import panel from './EventPanel.module.css'
import classes from './Payloads.module.css'

export function Payloads({ event }: { event: LogEvent }) {
  return (
    <>
      <RequestPayload event={event} title={t.panel.prompt} />
      <ResponsePayload event={event} title={t.panel.response} />
    </>
  )
}

interface EventPayloadProps {
  event: LogEvent
  title: string
  /** Long content scrolls in a box of its own instead of making the page long. */
  scrolls?: boolean
}

export function RequestPayload({ event, ...rest }: EventPayloadProps) {
  const { request } = event
  return (
    <Payload
      payload={request}
      messages={requestMessages(request)}
      cut={isCut(event, 'request')}
      {...rest}
    />
  )
}

export function ResponsePayload({ event, ...rest }: EventPayloadProps) {
  const { response } = event
  return (
    <Payload
      payload={response}
      messages={responseMessages(response)}
      cut={isCut(event, 'response')}
      {...rest}
    />
  )
}

interface PayloadProps {
  title: string
  payload: Json | undefined
  messages: Message[] | undefined
  cut: boolean
  scrolls?: boolean
}

function Payload({ title, payload, messages, cut, scrolls = false }: PayloadProps) {
  const [asJson, setAsJson] = useState(false)
  if (payload === undefined || payload === null) return null
  return (
    <section className={panel.section} aria-label={title}>
      <div className={classes.head}>
        <h3>{title}</h3>
        {messages && (
          <button
            type="button"
            className={classes.json}
            aria-pressed={asJson}
            title={t.panel.asJson}
            onClick={() => setAsJson(!asJson)}
          >
            {t.panel.json}
          </button>
        )}
        <CopyButton size={20} text={() => plainText(payload)} label={t.panel.copyPart(title)} />
      </div>
      <div className={scrolls ? panel.scrolling : undefined} tabIndex={scrolls ? 0 : undefined}>
        {messages && !asJson ? (
          <Conversation messages={messages} />
        ) : typeof payload === 'string' ? (
          <PlainText text={payload} />
        ) : (
          <JsonView value={payload} />
        )}
      </div>
      {cut && <p className={panel.note}>{t.panel.cut}</p>}
    </section>
  )
}

function plainText(payload: Json): string {
  return typeof payload === 'string' ? payload : JSON.stringify(payload, null, 2)
}

function isCut(event: LogEvent, field: string): boolean {
  return Array.isArray(event['truncated']) && event['truncated'].includes(field)
}
