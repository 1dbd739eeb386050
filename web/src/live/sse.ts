/** Server-sent events (WHATWG HTML §9.2), as far as Daybook sends them: lines `event:` and `data:`. */

export interface Message {
  /** `message` when nothing else is said. */
  type: string
  data: string
}

/** The whole messages of a text, and what is left of it until more comes. */
export function splitMessages(text: string): { messages: Message[]; rest: string } {
  const blocks = text.split('\n\n')
  const rest = blocks.pop() ?? ''
  return { messages: blocks.flatMap(readMessage), rest }
}

/** A block without data is a comment: it only says that the connection lives. */
function readMessage(block: string): Message[] {
  let type = 'message'
  const data: string[] = []
  for (const line of block.split('\n')) {
    if (line.startsWith('event: ')) type = line.slice('event: '.length)
    if (line.startsWith('data: ')) data.push(line.slice('data: '.length))
  }
  return data.length === 0 ? [] : [{ type, data: data.join('\n') }]
}
