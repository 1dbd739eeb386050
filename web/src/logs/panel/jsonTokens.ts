/** Splits formatted JSON into pieces to colour. Controls in strings become visible. */
import { visibleText } from '../../format/text'

export interface JsonToken {
  kind: 'plain' | 'key' | 'string' | 'number' | 'word'
  text: string
}

/** Megabytes of coloured pieces would freeze the page; such text stays plain. */
const COLOURED_MAX = 200_000

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)|\b(true|false|null)\b/g

export function tokensOf(json: string): JsonToken[] {
  if (json.length > COLOURED_MAX) return [{ kind: 'plain', text: visibleText(json) }]
  const tokens: JsonToken[] = []
  let end = 0
  const push = (kind: JsonToken['kind'], text: string) => {
    if (text !== '') tokens.push({ kind, text: visibleText(text) })
  }
  for (const match of json.matchAll(TOKEN)) {
    const [whole, string, colon, number, word] = match
    push('plain', json.slice(end, match.index))
    if (string !== undefined) push(colon === undefined ? 'string' : 'key', string)
    push('plain', colon ?? '')
    push('number', number ?? '')
    push('word', word ?? '')
    end = match.index + whole.length
  }
  push('plain', json.slice(end))
  return tokens
}
