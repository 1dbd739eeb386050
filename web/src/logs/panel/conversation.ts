/**
 * Reads a request and its response as a conversation. Knows OpenAI's chat and Responses, Anthropic's
 * messages and Gemini's contents; whatever is none of them is undefined, and the caller shows it as
 * JSON. Nothing is dropped: a part that is not understood stays in its message as JSON.
 */
import type { Json } from '../../api/types'
import { isObject, readContent, readToolCall, textOf, thinking, type JsonObject } from './parts'
import type { Part } from './parts'

export interface Message {
  role: string
  parts: Part[]
}

/** The messages of a request, with what stands apart as the system's before them. */
export function requestMessages(request: Json | undefined): Message[] | undefined {
  if (!isObject(request)) return undefined
  const { messages, contents, input, prompt } = request
  const turns = readTurns(messages ?? contents ?? input ?? prompt)
  if (!turns) return undefined
  const apart = ['system', 'instructions', 'systemInstruction', 'system_instruction']
  const system = apart.flatMap((name) => readContent(request[name]))
  return system.length > 0 ? [{ role: 'system', parts: system }, ...turns] : turns
}

/** The messages of a response: choices, candidates, output items, or one message. */
export function responseMessages(response: Json | undefined): Message[] | undefined {
  if (!isObject(response)) return undefined
  const { choices, candidates, output, content } = response
  if (Array.isArray(choices)) return readTurns(choices.flatMap(answerOf))
  if (Array.isArray(candidates)) return readTurns(candidates.flatMap(answerOf))
  if (Array.isArray(output)) return readTurns(output)
  return Array.isArray(content) ? readTurns([response]) : undefined
}

/** What a choice or a candidate says; one that was stopped before it said anything stays whole. */
function answerOf(choice: Json): Json[] {
  if (!isObject(choice)) return [choice]
  const { message, content, text } = choice
  if (Array.isArray(message)) return message
  if (typeof text === 'string') return [{ role: 'assistant', content: text }]
  return [message ?? content ?? { role: 'assistant', content: [choice] }]
}

function readTurns(turns: Json | undefined): Message[] | undefined {
  if (typeof turns === 'string') return [{ role: 'user', parts: readContent(turns) }]
  if (!Array.isArray(turns) || turns.length === 0) return undefined
  const messages: Message[] = []
  for (const turn of turns) {
    const message = isObject(turn) ? readTurn(turn) : undefined
    if (!message) return undefined
    const previous = messages.at(-1)
    // Items of the Responses API are pieces of one answer: reasoning, calls, text.
    if (turnIsItem(turn) && previous?.role === message.role) previous.parts.push(...message.parts)
    else messages.push(message)
  }
  return messages
}

function turnIsItem(turn: Json): boolean {
  return isObject(turn) && typeof turn['type'] === 'string' && turn['role'] !== 'user'
}

function readTurn(turn: JsonObject): Message | undefined {
  const { role, type } = turn
  if (typeof role === 'string') return readMessage(role, turn)
  // Gemini leaves the role out where there is only one speaker.
  if (Array.isArray(turn['parts'])) return readMessage('user', turn)
  return typeof type === 'string' ? readItem(type, turn) : undefined
}

function readMessage(role: string, message: JsonObject): Message {
  const reasoning = message['reasoning_content'] ?? message['reasoning']
  const calls = Array.isArray(message['tool_calls']) ? message['tool_calls'] : []
  const legacyCall = message['function_call']
  const content = [
    ...readContent(message['content'] ?? message['parts']),
    ...readContent(message['refusal']),
  ]
  const parts = [
    ...(typeof reasoning === 'string' ? thinking(reasoning) : []),
    ...(role === 'tool' || role === 'function' ? content.map(asToolResult) : content),
    ...calls.map(readToolCall),
    ...(isObject(legacyCall) ? [readToolCall(legacyCall)] : []),
  ]
  // Results of tools come in the user's name, but a person did not say them.
  const onlyResults =
    parts.some(({ kind }) => kind === 'tool_result') &&
    parts.every(({ kind }) => kind === 'tool_result' || kind === 'image')
  return { role: onlyResults ? 'tool' : role, parts }
}

/** An item of the Responses API that is no message. */
function readItem(type: string, item: JsonObject): Message {
  if (type === 'reasoning') {
    const text = [textOf(item['summary']), textOf(item['content'])].filter(Boolean).join('\n\n')
    return { role: 'assistant', parts: thinking(text) }
  }
  if (type.endsWith('_call_output')) {
    return { role: 'tool', parts: [{ kind: 'tool_result', text: textOf(item['output']) }] }
  }
  if (type === 'function_call' || type === 'custom_tool_call') {
    return { role: 'assistant', parts: [readToolCall(item)] }
  }
  return { role: 'assistant', parts: [{ kind: 'other', value: item }] }
}

function asToolResult(part: Part): Part {
  return part.kind === 'text' ? { kind: 'tool_result', text: textOf(part.text) } : part
}
