/** `n` and `p` turn the page. */
import { useShortcuts } from '../keyboard/useShortcuts'
import { useLogView } from './LogView'
import type { EventPages } from './useEventPages'

export function usePageKeys({ pageCount, goTo }: Pick<EventPages, 'pageCount' | 'goTo'>): void {
  const { state } = useLogView()
  const turn = (step: 1 | -1) => {
    const page = state.page + step
    if (page >= 1 && page <= pageCount) goTo(page)
  }
  useShortcuts({ n: () => turn(1), p: () => turn(-1) })
}
