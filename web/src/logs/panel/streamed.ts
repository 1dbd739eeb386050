/** A streamed answer, put together from its pieces: the deltas of OpenAI's chat, choice by choice. */
import type { Json } from '../../api/types'
import { isObject, type JsonObject } from './parts'

/** These come whole, and some servers repeat them in every piece. */
const WHOLE = new Set(['role', 'id', 'type', 'name'])

/** One message for each choice; undefined when these are no such pieces. */
export function streamedMessages(chunks: Json[]): JsonObject[] | undefined {
  const messages = new Map<Json, JsonObject>()
  for (const chunk of chunks) {
    if (!isObject(chunk) || !Array.isArray(chunk['choices'])) return undefined
    for (const choice of chunk['choices']) {
      if (!isObject(choice) || !isObject(choice['delta'])) return undefined
      const index = choice['index'] ?? 0
      const message = joined(messages.get(index) ?? { role: 'assistant' }, choice['delta'])
      // The last piece says why it ended; it stands beside what is said.
      const reason = choice['finish_reason']
      messages.set(index, reason ? { ...message, finish_reason: reason } : message)
    }
  }
  return messages.size > 0 ? [...messages.values()] : undefined
}

function joined(whole: JsonObject, piece: JsonObject): JsonObject {
  const result = { ...whole }
  for (const [name, value] of Object.entries(piece)) {
    const before = result[name]
    if (value === null || value === '') continue
    if (typeof before === 'string' && typeof value === 'string' && !WHOLE.has(name)) {
      result[name] = before + value
    } else if (Array.isArray(before) && Array.isArray(value)) {
      result[name] = joinedLists(before, value)
    } else if (isObject(before) && isObject(value)) {
      result[name] = joined(before, value)
    } else {
      result[name] = value
    }
  }
  return result
}

/** Pieces of the same call have the same index. */
function joinedLists(whole: Json[], pieces: Json[]): Json[] {
  const result = [...whole]
  for (const piece of pieces) {
    const at = result.findIndex((other) => isSame(other, piece))
    const before = result[at]
    if (isObject(before) && isObject(piece)) result[at] = joined(before, piece)
    else result.push(piece)
  }
  return result
}

function isSame(one: Json, other: Json): boolean {
  if (!isObject(one) || !isObject(other)) return false
  return typeof one['index'] === 'number' && one['index'] === other['index']
}
