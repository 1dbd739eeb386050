/** How it ended, and where it came from: the two questions asked most. */
import { SegmentedControl } from '@mantine/core'
import { t } from '../i18n'
import { useLogView } from '../logs/LogView'
import { TOGGLES, toggled, toggleValue, type Toggle } from './toggles'
import classes from './RequestToggles.module.css'

/** The compact ones stand beside each other where a phone has room for both. */
export function RequestToggles({ compact = false }: { compact?: boolean }) {
  return (
    <div className={classes.toggles} data-compact={compact || undefined}>
      <Choice toggle="outcome" label={t.requests.status} words={t.requests.statuses} />
      <Choice toggle="source" label={t.requests.source} words={t.requests.sources} />
    </div>
  )
}

interface ChoiceProps {
  toggle: Toggle
  label: string
  words: Record<string, string>
}

function Choice({ toggle, label, words }: ChoiceProps) {
  const { state, ask } = useLogView()
  return (
    <SegmentedControl
      className={classes.choice ?? ''}
      size="xs"
      aria-label={label}
      value={toggleValue(state.filters, toggle) ?? ''}
      onChange={(value) => ask({ filters: toggled(state.filters, toggle, value) })}
      data={['all', ...TOGGLES[toggle]].map((value) => ({ value, label: words[value] ?? value }))}
    />
  )
}
