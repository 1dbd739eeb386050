/** The parts of a message in the words of each dialect: text, reasoning, images, tools. */
import type { Json } from '../../api/types'

export type Part =
  | { kind: 'text'; text: string }
  | { kind: 'thinking'; text: string }
  | { kind: 'image'; source: ImageSource }
  | { kind: 'tool_call'; name: string; id?: string; input: string }
  | { kind: 'tool_result'; name?: string; id?: string; text: string; failed?: true }
  | { kind: 'other'; value: Json }

/** An image that came with the event, as a data URL; or the name of one that is elsewhere. */
export type ImageSource = { data: string } | { address: string }

export type JsonObject = Record<string, Json>

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What a message says: a text, a list of parts, or Gemini's object around such a list. */
export function readContent(content: Json | undefined): Part[] {
  if (content === undefined || content === null || content === '') return []
  if (typeof content === 'string') return [{ kind: 'text', text: content }]
  if (Array.isArray(content)) return content.flatMap(readPart)
  const inner = isObject(content) ? content['parts'] : undefined
  return Array.isArray(inner) ? readContent(inner) : readPart(content)
}

/** No reasoning, no part: encrypted reasoning often leaves an empty summary behind. */
export function thinking(text: string): Part[] {
  return text === '' ? [] : [{ kind: 'thinking', text }]
}

export function readToolCall(call: Json): Part {
  const target = isObject(call) && isObject(call['function']) ? call['function'] : call
  if (!isObject(target)) return { kind: 'other', value: call }
  const input = target['arguments'] ?? target['input'] ?? target['args']
  return { kind: 'tool_call', name: nameOf(target), ...idOf(call), input: pretty(input) }
}

/** What a tool gave back, with what the dialect says about which call it answers. */
export function toolResult(result: JsonObject, text: string): Part {
  const name = nameOf(result)
  const named: { name?: string } = name === '' ? {} : { name }
  const failed: { failed?: true } = hasFailed(result) ? { failed: true } : {}
  return { kind: 'tool_result', ...named, ...idOf(result), text, ...failed }
}

/** Anthropic says so of a result, the Responses API of an item. */
function hasFailed({ is_error: isError, status }: JsonObject): boolean {
  return isError === true || status === 'failed' || status === 'incomplete'
}

/** Parts of text joined; JSON in a text or instead of one is formatted. */
export function textOf(content: Json | undefined): string {
  if (content === undefined || content === null) return ''
  if (typeof content === 'string') return pretty(content)
  const parts = readContent(content)
  const texts = parts.map((part) => (part.kind === 'text' ? part.text : undefined))
  return texts.includes(undefined) ? pretty(content) : texts.join('\n')
}

function readPart(part: Json): Part[] {
  if (typeof part === 'string') return [{ kind: 'text', text: part }]
  if (!isObject(part)) return [{ kind: 'other', value: part }]
  return readText(part) ?? readTool(part) ?? readImage(part) ?? [{ kind: 'other', value: part }]
}

function readText(part: JsonObject): Part[] | undefined {
  const { type, text } = part
  if (typeof text === 'string') {
    return type === 'reasoning' || part['thought'] === true
      ? thinking(text)
      : [{ kind: 'text', text }]
  }
  if (type === 'thinking') return thinking(textOf(part['thinking']))
  if (type === 'refusal') return readContent(part['refusal'])
  return undefined
}

function readTool(part: JsonObject): Part[] | undefined {
  const type = typeof part['type'] === 'string' ? part['type'] : ''
  const call = part['functionCall'] ?? part['function_call']
  if (isObject(call)) return [readToolCall(call)]
  const response = part['functionResponse'] ?? part['function_response']
  if (isObject(response)) return [toolResult(response, resultOf(response['response']))]
  if (type.endsWith('tool_use')) return [readToolCall(part)]
  if (type.endsWith('tool_result')) {
    // A result may show pictures; they stay pictures.
    const images = readContent(part['content']).filter(({ kind }) => kind === 'image')
    const rest = Array.isArray(part['content'])
      ? part['content'].filter(isNoImage)
      : part['content']
    return [toolResult(part, textOf(rest)), ...images]
  }
  return undefined
}

/** Gemini wraps what a function returned in an object of one member. */
function resultOf(response: Json | undefined): string {
  if (!isObject(response) || Object.keys(response).length !== 1) return textOf(response)
  return textOf(response['result'] ?? response['output'] ?? response)
}

function isNoImage(part: Json): boolean {
  return !isObject(part) || readImage(part) === undefined
}

function readImage(part: JsonObject): Part[] | undefined {
  const source = imageSource(part)
  return source && [{ kind: 'image', source }]
}

function imageSource(part: JsonObject): ImageSource | undefined {
  const { type, source } = part
  if (type === 'image_url' || type === 'input_image') {
    const image = part['image_url']
    return located((isObject(image) ? image['url'] : image) ?? part['file_id'])
  }
  if (type === 'image' && isObject(source)) {
    return (
      inline(source['media_type'], source['data']) ?? located(source['url'] ?? source['file_id'])
    )
  }
  const data = part['inlineData'] ?? part['inline_data']
  if (isObject(data)) return inline(data['mimeType'] ?? data['mime_type'], data['data'])
  return undefined
}

function inline(type: Json | undefined, data: Json | undefined): ImageSource | undefined {
  return typeof type === 'string' && type.startsWith('image/') && typeof data === 'string'
    ? { data: `data:${type};base64,${data}` }
    : undefined
}

function located(address: Json | undefined): ImageSource | undefined {
  if (typeof address !== 'string') return undefined
  return address.startsWith('data:') ? { data: address } : { address }
}

/** JSON in a text is common in tool calls: it is formatted, other text stays as it came. */
function pretty(value: Json | undefined): string {
  if (value === undefined) return ''
  if (typeof value !== 'string') return JSON.stringify(value, null, 2)
  // Numbers beyond what this language can hold would come out changed.
  if (!/^\s*[{[]/.test(value) || /\d{16}/.test(value)) return value
  try {
    return JSON.stringify(JSON.parse(value), null, 2)
  } catch {
    return value
  }
}

function nameOf(object: JsonObject): string {
  return typeof object['name'] === 'string' ? object['name'] : ''
}

/** A call and its result name each other by one of these. */
function idOf(object: Json): { id?: string } {
  if (!isObject(object)) return {}
  const id = object['call_id'] ?? object['tool_call_id'] ?? object['tool_use_id'] ?? object['id']
  return typeof id === 'string' && id !== '' ? { id } : {}
}
