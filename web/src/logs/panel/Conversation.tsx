/** Messages in order, each under its role; tool calls fold. */
import { formatEnum } from '../../format/value'
import { t } from '../../i18n'
import { EventText } from '../../ui/EventText'
import { Icon, type IconName } from '../../ui/Icon'
import type { Message } from './conversation'
import { kindOfEnding } from './ending'
import { ImagePart } from './ImagePart'
import { JsonView } from './JsonView'
import type { Part } from './parts'
import { PlainText } from './PlainText'
import classes from './Conversation.module.css'

const HINT_CHARACTERS_MAX = 160

export function Conversation({ messages }: { messages: Message[] }) {
  return (
    <ol className={classes.conversation}>
      {messages.map((message, index) => (
        <li key={index} className={classes.message} data-role={knownRole(message.role)}>
          <h4>
            <EventText value={formatEnum(message.role)} />
          </h4>
          {message.parts.map((part, position) => (
            <PartView key={position} part={part} />
          ))}
          {message.ending !== undefined && <Ending reason={message.ending} />}
        </li>
      ))}
    </ol>
  )
}

/** Why an answer ended where it does: a sentence, and the word of the dialect. */
function Ending({ reason }: { reason: string }) {
  return (
    <p className={classes.ending}>
      {t.panel.endings[kindOfEnding(reason)]}{' '}
      <code>
        <EventText value={reason} />
      </code>
    </p>
  )
}

function PartView({ part }: { part: Part }) {
  switch (part.kind) {
    case 'text':
      return <PlainText text={part.text} />
    case 'image':
      return <ImagePart source={part.source} />
    case 'thinking':
      return <Card icon="thought" title={t.panel.reasoning} text={part.text} />
    case 'tool_call':
      return <ToolCard title={t.panel.toolCall} part={part} text={part.input} />
    case 'tool_result':
      return (
        <ToolCard
          title={part.failed ? t.panel.toolFailed : t.panel.toolResult}
          part={part}
          text={part.text}
        />
      )
    case 'other':
      return <JsonView value={part.value} />
  }
}

interface ToolCardProps {
  title: string
  part: { name?: string; id?: string; failed?: true }
  text: string
}

/** A call and its result carry the same name and id. */
function ToolCard({ title, part: { name, id, failed }, text }: ToolCardProps) {
  const called = name === undefined || name === '' ? id : name
  return <Card icon="tool" title={title} name={called} id={id} text={text} failed={failed} />
}

interface CardProps {
  icon: IconName
  title: string
  name?: string | undefined
  id?: string | undefined
  text: string
  failed?: true | undefined
}

/** What is long and rarely read first: folded, with its beginning as a hint. */
function Card({ icon, title, name = '', id, text, failed }: CardProps) {
  return (
    <details className={classes.card} data-kind={icon} data-failed={failed}>
      <summary>
        <Icon name={icon} size={13} />
        <span className={classes.title}>{title}</span>
        {name !== '' && (
          <code>
            <EventText value={name} />
          </code>
        )}
        <span className={classes.hint}>
          <EventText value={text.slice(0, HINT_CHARACTERS_MAX)} />
        </span>
      </summary>
      {id !== undefined && id !== name && (
        <p className={classes.id}>
          {t.panel.callId}{' '}
          <code>
            <EventText value={id} />
          </code>
        </p>
      )}
      <PlainText text={text} />
    </details>
  )
}

/** Roles of other dialects get the nearest colour; the name stays as sent. */
const NEAREST = new Map([
  ['developer', 'system'],
  ['function', 'tool'],
])

function knownRole(role: string): string {
  return NEAREST.get(role) ?? role
}
