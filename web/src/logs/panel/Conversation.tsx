/** Messages in order, each under its role; tool calls fold. */
import { t } from '../../i18n'
import { EventText } from '../../ui/EventText'
import { Icon } from '../../ui/Icon'
import type { Message, Part } from './conversation'
import { JsonView } from './JsonView'
import { PlainText } from './PlainText'
import classes from './Conversation.module.css'

export function Conversation({ messages }: { messages: Message[] }) {
  return (
    <ol className={classes.conversation}>
      {messages.map((message, index) => (
        <li key={index} className={classes.message} data-role={knownRole(message.role)}>
          <h4>
            <EventText value={message.role} />
          </h4>
          {message.parts.map((part, position) => (
            <PartView key={position} part={part} />
          ))}
        </li>
      ))}
    </ol>
  )
}

function PartView({ part }: { part: Part }) {
  switch (part.kind) {
    case 'text':
      return <PlainText text={part.text} />
    case 'image':
      return (
        <p className={classes.image}>
          <Icon name="image" size={14} /> {t.panel.image}
        </p>
      )
    case 'tool_call':
      return <ToolCard title={t.panel.toolCall} name={part.name} text={part.input} />
    case 'tool_result':
      return <ToolCard title={t.panel.toolResult} name="" text={part.text} />
    case 'other':
      return <JsonView value={part.value} />
  }
}

function ToolCard({ title, name, text }: { title: string; name: string; text: string }) {
  return (
    <details className={classes.tool}>
      <summary>
        <Icon name="tool" size={13} />
        {title}
        {name !== '' && (
          <code>
            <EventText value={name} />
          </code>
        )}
      </summary>
      <PlainText text={text} />
    </details>
  )
}

/** Roles of other dialects get the nearest colour; the name stays as sent. */
function knownRole(role: string): string {
  const known: Record<string, string> = {
    developer: 'system',
    model: 'assistant',
    function: 'tool',
  }
  return known[role] ?? role
}
