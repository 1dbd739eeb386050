/** From one log to another the time range comes along: it is where every question starts. */
import type { RawSearch } from './logState'

export function carriedSearch(search: RawSearch): RawSearch {
  return { from: search['from'], to: search['to'] }
}
