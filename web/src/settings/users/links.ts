/** Links between an account and users of platforms, while they are edited. */
import type { Link } from '../../api/types'

/** The links without empty lines; undefined when one is half-filled. */
export function completeLinks(links: Link[]): Link[] | undefined {
  const trimmed = links
    .map(({ origin, user_id }) => ({ origin: origin.trim(), user_id: user_id.trim() }))
    .filter(({ origin, user_id }) => origin !== '' || user_id !== '')
  const complete = trimmed.every(({ origin, user_id }) => origin !== '' && user_id !== '')
  return complete ? trimmed : undefined
}

export function sameLinks(a: Link[], b: Link[]): boolean {
  const keys = (links: Link[]) =>
    JSON.stringify(links.map(({ origin, user_id }) => [origin, user_id].join('\n')).sort())
  return keys(a) === keys(b)
}
