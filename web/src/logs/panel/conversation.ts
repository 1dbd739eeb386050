/**
 * Reads a request and its response as a conversation. Knows the chat style of OpenAI and the message
 * style of Anthropic; whatever is neither is undefined, and the caller shows it as JSON.
 */
import type { Json } from '../../api/types'

export type Part =
  | { kind: 'text'; text: string }
  | { kind: 'image' }
  | { kind: 'tool_call'; name: string; input: string }
  | { kind: 'tool_result'; text: string }
  | { kind: 'other'; value: Json }

export interface Message {
  role: string
  parts: Part[]
}

type JsonObject = Record<string, Json>

/** The messages of a request: `messages`, with `system` before them where it stands apart. */
export function requestMessages(request: Json | undefined): Message[] | undefined {
  if (!isObject(request) || !Array.isArray(request['messages'])) return undefined
  const messages = request['messages'].map(readMessage)
  if (messages.includes(undefined)) return undefined
  const system = request['system']
  const first = system === undefined ? [] : [{ role: 'system', parts: readContent(system) }]
  return [...first, ...(messages as Message[])]
}

/** The messages of a response: OpenAI's choices, or Anthropic's content. */
export function responseMessages(response: Json | undefined): Message[] | undefined {
  if (!isObject(response)) return undefined
  if (Array.isArray(response['choices'])) {
    const messages = response['choices'].map((choice) =>
      isObject(choice) ? readMessage(choice['message'] ?? null) : undefined,
    )
    return messages.length > 0 && !messages.includes(undefined)
      ? (messages as Message[])
      : undefined
  }
  return response['type'] === 'message' || Array.isArray(response['content'])
    ? [readMessage(response)].filter((message) => message !== undefined)
    : undefined
}

function readMessage(message: Json): Message | undefined {
  if (!isObject(message)) return undefined
  const role = message['role']
  if (typeof role !== 'string') return undefined
  const content = readContent(message['content'])
  const parts = role === 'tool' ? content.map(asToolResult) : content
  const calls = Array.isArray(message['tool_calls']) ? message['tool_calls'].map(readToolCall) : []
  return { role, parts: [...parts, ...calls] }
}

function readContent(content: Json | undefined): Part[] {
  if (content === undefined || content === null || content === '') return []
  if (typeof content === 'string') return [{ kind: 'text', text: content }]
  return Array.isArray(content) ? content.map(readPart) : [{ kind: 'other', value: content }]
}

function readPart(part: Json): Part {
  if (typeof part === 'string') return { kind: 'text', text: part }
  if (!isObject(part)) return { kind: 'other', value: part }
  const { type, text } = part
  if (typeof text === 'string') return { kind: 'text', text }
  if (type === 'image_url' || type === 'image' || type === 'input_image') return { kind: 'image' }
  if (type === 'tool_use') {
    return { kind: 'tool_call', name: nameOf(part), input: pretty(part['input']) }
  }
  if (type === 'tool_result') return { kind: 'tool_result', text: plainText(part['content']) }
  return { kind: 'other', value: part }
}

function readToolCall(call: Json): Part {
  const target = isObject(call) && isObject(call['function']) ? call['function'] : call
  if (!isObject(target)) return { kind: 'other', value: call }
  return { kind: 'tool_call', name: nameOf(target), input: pretty(target['arguments']) }
}

function asToolResult(part: Part): Part {
  return part.kind === 'text' ? { kind: 'tool_result', text: pretty(part.text) } : part
}

function plainText(content: Json | undefined): string {
  if (typeof content === 'string') return content
  const parts = readContent(content)
  const texts = parts.map((part) => (part.kind === 'text' ? part.text : undefined))
  return texts.includes(undefined) ? pretty(content) : texts.join('\n')
}

/** JSON inside a string is common in tool calls: it is formatted, other text stays. */
function pretty(value: Json | undefined): string {
  if (value === undefined) return ''
  if (typeof value !== 'string') return JSON.stringify(value, null, 2)
  try {
    return JSON.stringify(JSON.parse(value), null, 2)
  } catch {
    return value
  }
}

function nameOf(object: JsonObject): string {
  return typeof object['name'] === 'string' ? object['name'] : ''
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
