/** Marks an event to compare it, and with a mark on another one leads to both side by side. */
import { useSessionStorage } from '@mantine/hooks'
import { useNavigate } from '@tanstack/react-router'
import { isSame, writeKey, type EventKey } from '../timeline/timelineState'

/** What pressing does next with an event. */
export type CompareStep = 'mark' | 'unmark' | 'withMarked'

export function nextStep(mark: EventKey | null, own: EventKey): CompareStep {
  if (mark === null) return 'mark'
  return isSame(mark, own) ? 'unmark' : 'withMarked'
}

export function useCompare() {
  // It waits until the browser's tab is closed.
  const [mark, setMark] = useSessionStorage<EventKey | null>({
    key: 'daybook-compared',
    defaultValue: null,
    getInitialValueInEffect: false,
  })
  const navigate = useNavigate()
  const stepOf = (own: EventKey) => nextStep(mark, own)
  const press = (own: EventKey) => {
    const { stream, id, origin } = own
    setMark(stepOf(own) === 'mark' ? { stream, id, origin } : null)
    if (mark === null || stepOf(own) !== 'withMarked') return
    void navigate({ to: '/compare', search: { ...writeKey('a', mark), ...writeKey('b', own) } })
  }
  return { mark, stepOf, press }
}
