/** The list of a page, or what stands in its place: why there is none, and what to do. */
import type { EventPages } from '../useEventPages'
import { BeyondEnd } from './BeyondEnd'
import { EmptyState } from './EmptyState'
import { ListError } from './ListError'

interface InsteadOfListProps {
  pages: EventPages
  children: React.ReactNode
}

export function InsteadOfList({ pages, children }: InsteadOfListProps) {
  const { page, error, stale } = pages
  if (page === undefined) {
    return error === null ? children : <ListError error={error} onRetry={pages.refresh} />
  }
  if (stale || page.items.length > 0) return children
  return page.total > 0 ? <BeyondEnd pages={pages} /> : <EmptyState />
}
