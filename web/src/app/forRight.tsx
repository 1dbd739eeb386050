/** Pages that not every role may open say so instead of showing themselves empty. */
import type { AsyncRouteComponent } from '@tanstack/react-router'
import { useRights } from '../session/rights'
import { NotForRolePage } from './ErrorPage'

export function forRight(
  right: 'inspects' | 'administers',
  Page: AsyncRouteComponent<object>,
): AsyncRouteComponent<object> {
  function Guarded() {
    return useRights()[right] ? <Page /> : <NotForRolePage />
  }
  return Object.assign(Guarded, Page.preload && { preload: Page.preload })
}
