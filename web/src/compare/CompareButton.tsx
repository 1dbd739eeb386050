/** Marks the event to compare it, or compares it with the marked one. */
import { ActionIcon } from '@mantine/core'
import { t } from '../i18n'
import type { EventKey } from '../timeline/timelineState'
import { Icon } from '../ui/Icon'
import { useCompare } from './useCompare'

export function CompareButton({ of }: { of: EventKey }) {
  const { mark, stepOf, press } = useCompare()
  const step = stepOf(of)
  const label = t.compare[step]
  return (
    <ActionIcon
      variant={mark === null ? 'subtle' : 'light'}
      color={mark === null ? 'gray' : 'ink'}
      size={28}
      aria-label={label}
      data-hint={label}
      aria-pressed={step === 'unmark'}
      onClick={() => press(of)}
    >
      <Icon name="compare" />
    </ActionIcon>
  )
}
