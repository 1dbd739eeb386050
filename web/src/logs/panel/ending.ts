/** Why an answer ended, in the words of each dialect, unless it ended as answers do. */
import type { Json } from '../../api/types'
import { isObject, type JsonObject } from './parts'

/** It said all it had to say, came to a word where it was to stop, or waits for a tool. */
const USUAL = new Set([
  'stop',
  'end_turn',
  'stop_sequence',
  'eos',
  'tool_use',
  'tool_calls',
  'function_call',
  'finish_reason_unspecified',
])

/** What a reason comes down to; whatever is none of these is shown as it came. */
export type EndingKind = 'length' | 'filter' | 'refusal' | 'failed' | 'other'

const KINDS: Record<string, EndingKind | undefined> = {
  length: 'length',
  max_tokens: 'length',
  max_output_tokens: 'length',
  model_context_window_exceeded: 'length',
  content_filter: 'filter',
  content_filtered: 'filter',
  safety: 'filter',
  image_safety: 'filter',
  prohibited_content: 'filter',
  blocklist: 'filter',
  spii: 'filter',
  recitation: 'filter',
  refusal: 'refusal',
  failed: 'failed',
}

export function kindOfEnding(reason: string): EndingKind {
  const word = reason.toLowerCase()
  return (Object.hasOwn(KINDS, word) ? KINDS[word] : undefined) ?? 'other'
}

/** Of a message, which says so itself or is told by the choice around it. */
export function endingOf(turn: JsonObject): string | undefined {
  const reason = turn['finish_reason'] ?? turn['finishReason'] ?? turn['stop_reason']
  if (typeof reason !== 'string' || reason === '') return undefined
  return USUAL.has(reason.toLowerCase()) ? undefined : reason
}

/** Of an answer of the Responses API, which says so of all its items together. */
export function endingOfResponse(response: JsonObject): string | undefined {
  const { status, incomplete_details: details, error } = response
  if (status === 'incomplete') return wordOf(details, 'reason') ?? status
  return status === 'failed' ? (wordOf(error, 'code') ?? status) : undefined
}

function wordOf(object: Json | undefined, name: string): string | undefined {
  const word = isObject(object) ? object[name] : undefined
  return typeof word === 'string' && word !== '' ? word : undefined
}
