/**
 * Reads a request and its response as a conversation. Knows OpenAI's chat and Responses, Anthropic's
 * messages and Gemini's contents; whatever is none of them is undefined, and the caller shows it as
 * JSON. Nothing is dropped: a part that is not understood stays in its message as JSON.
 */
import type { Json } from '../../api/types'
import {
  isObject,
  readContent,
  readToolCall,
  textOf,
  thinking,
  toolResult,
  type JsonObject,
  type Part,
} from './parts'
import { endingOf, endingOfResponse } from './ending'
import { streamedMessages } from './streamed'

export interface Message {
  role: string
  parts: Part[]
  /** Why it ended, in the dialect's word, when that is not the usual. */
  ending?: string
}

/** The messages of a request, with what stands apart as the system's before them. */
export function requestMessages(request: Json | undefined): Message[] | undefined {
  const asked = parsed(request)
  if (Array.isArray(asked)) return readBare(asked)
  if (!isObject(asked)) return undefined
  const { messages, contents, input, prompt } = asked
  const turns = readTurns(messages ?? contents ?? input ?? prompt)
  if (!turns) return undefined
  const apart = ['system', 'instructions', 'systemInstruction', 'system_instruction']
  const system = apart.flatMap((name) => readContent(asked[name]))
  return system.length > 0 ? [{ role: 'system', parts: system }, ...turns] : turns
}

/** The messages of a response: choices, candidates, output items, or one message; streamed or whole. */
export function responseMessages(response: Json | undefined): Message[] | undefined {
  const answer = parsed(response)
  if (Array.isArray(answer)) return readTurns(streamedMessages(answer)) ?? readBare(answer)
  if (!isObject(answer)) return undefined
  const { choices, candidates, output, content } = answer
  const streamed = streamedMessages([answer])
  if (streamed) return readTurns(streamed)
  if (Array.isArray(choices)) return readTurns(choices.flatMap(answerOf))
  if (Array.isArray(candidates)) return readTurns(candidates.flatMap(answerOf))
  if (Array.isArray(output)) return readOutput(output, answer)
  return Array.isArray(content) ? readTurns([answer]) : undefined
}

/** Some platforms send a payload as the text it was on the wire. */
function parsed(payload: Json | undefined): Json | undefined {
  if (typeof payload !== 'string' || !/^\s*[{[]/.test(payload)) return payload
  try {
    return JSON.parse(payload) as Json
  } catch {
    return payload
  }
}

/** A list without what usually stands around it is one of messages when somebody speaks in it. */
function readBare(turns: Json[]): Message[] | undefined {
  const speaks = (turn: Json) => isObject(turn) && typeof turn['role'] === 'string'
  return turns.some(speaks) ? readTurns(turns) : undefined
}

/** The items of an answer of the Responses API, and why they end where they do. */
function readOutput(output: Json[], answer: JsonObject): Message[] | undefined {
  const messages = readTurns(output)
  const ending = endingOfResponse(answer)
  const last = messages?.at(-1)
  if (last && ending !== undefined) last.ending = ending
  return messages
}

/** What a choice or a candidate says; one that was stopped before it said anything stays whole. */
function answerOf(choice: Json): Json[] {
  if (!isObject(choice)) return [choice]
  const { message, content, text } = choice
  if (Array.isArray(message)) return message
  const said: Json =
    typeof text === 'string'
      ? { role: 'assistant', content: text }
      : (message ?? content ?? { role: 'assistant', content: [choice] })
  if (!isObject(said)) return [said]
  // Why it ended stands beside what was said.
  const reason = choice['finish_reason'] ?? choice['finishReason']
  return [reason === undefined ? said : { ...said, finish_reason: reason }]
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
    if (turnIsItem(turn) && previous?.role === message.role) append(previous, message)
    else messages.push(message)
  }
  nameResults(messages)
  return messages
}

function append(message: Message, item: Message): void {
  message.parts.push(...item.parts)
  if (item.ending !== undefined) message.ending = item.ending
}

/** Most results say only the id of the call they answer; the call has the name. */
function nameResults(messages: Message[]): void {
  const names = new Map<string, string>()
  for (const part of messages.flatMap(({ parts }) => parts)) {
    if (part.kind === 'tool_call' && part.id !== undefined) names.set(part.id, part.name)
    if (part.kind !== 'tool_result' || part.id === undefined) continue
    const name = names.get(part.id)
    if (name !== undefined) part.name ??= name
  }
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
    ...(role === 'tool' || role === 'function'
      ? content.map((part) => asResult(part, message))
      : content),
    ...calls.map(readToolCall),
    ...(isObject(legacyCall) ? [readToolCall(legacyCall)] : []),
  ]
  // Results of tools come in the user's name, but a person did not say them.
  const onlyResults =
    parts.some(({ kind }) => kind === 'tool_result') &&
    parts.every(({ kind }) => kind === 'tool_result' || kind === 'image')
  const ending = endingOf(message)
  return {
    role: onlyResults ? 'tool' : (SAME_ROLES.get(role) ?? role),
    parts,
    ...(ending === undefined ? {} : { ending }),
  }
}

/** Gemini's word for who answers. */
const SAME_ROLES = new Map([['model', 'assistant']])

/** An item of the Responses API that is no message. */
function readItem(type: string, item: JsonObject): Message {
  if (type === 'reasoning') {
    const text = [textOf(item['summary']), textOf(item['content'])].filter(Boolean).join('\n\n')
    return { role: 'assistant', parts: thinking(text) }
  }
  if (type.endsWith('_call_output')) {
    return { role: 'tool', parts: [toolResult(item, textOf(item['output']))] }
  }
  if (type === 'function_call' || type === 'custom_tool_call') {
    return { role: 'assistant', parts: [readToolCall(item)] }
  }
  return { role: 'assistant', parts: [{ kind: 'other', value: item }] }
}

function asResult(part: Part, message: JsonObject): Part {
  return part.kind === 'text' ? toolResult(message, textOf(part.text)) : part
}
