/** Prompt and response of a call: as a conversation where it is one, else as JSON. */
import type { Json, LogEvent } from '../../api/types'
import { t } from '../../i18n'
import { Conversation } from './Conversation'
import { JsonView } from './JsonView'
import { requestMessages, responseMessages, type Message } from './conversation'
import { PlainText } from './PlainText'
import panel from './EventPanel.module.css'

export function Payloads({ event }: { event: LogEvent }) {
  const { request, response } = event
  const cut = Array.isArray(event['truncated']) ? event['truncated'] : []
  return (
    <>
      <Payload
        title={t.panel.prompt}
        payload={request}
        messages={requestMessages(request)}
        cut={cut.includes('request')}
      />
      <Payload
        title={t.panel.response}
        payload={response}
        messages={responseMessages(response)}
        cut={cut.includes('response')}
      />
    </>
  )
}

interface PayloadProps {
  title: string
  payload: Json | undefined
  messages: Message[] | undefined
  cut: boolean
}

function Payload({ title, payload, messages, cut }: PayloadProps) {
  if (payload === undefined || payload === null) return null
  return (
    <section className={panel.section} aria-label={title}>
      <h3>{title}</h3>
      {messages ? (
        <Conversation messages={messages} />
      ) : typeof payload === 'string' ? (
        <PlainText text={payload} />
      ) : (
        <JsonView value={payload} />
      )}
      {cut && <p className={panel.note}>{t.panel.cut}</p>}
    </section>
  )
}
