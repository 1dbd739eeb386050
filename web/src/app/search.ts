/** Query strings as people write them: `model=a&model=b`, no JSON in between. */
import type { RawSearch } from '../logs/logState'

export function parseSearch(text: string): RawSearch {
  const search: RawSearch = {}
  for (const [name, value] of new URLSearchParams(text)) {
    const before = search[name]
    search[name] =
      before === undefined ? value : Array.isArray(before) ? [...before, value] : [before, value]
  }
  return search
}

export function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(search)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (typeof one === 'string') params.append(name, one)
    }
  }
  // These need no escape in a query string; unescaped they keep addresses readable.
  const text = params.toString().replace(/%(3A|2C|2F|40)/g, decodeURIComponent)
  return text === '' ? '' : `?${text}`
}
