/** Whether a field must be there or must be missing. */
import { Button } from '@mantine/core'
import { t } from '../../i18n'
import classes from './FilterEditor.module.css'

interface PresenceEntryProps {
  value: string | undefined
  onApply: (values: string[]) => void
}

export function PresenceEntry({ value, onApply }: PresenceEntryProps) {
  const choices = [
    ['true', t.filters.operators.exists],
    ['false', t.filters.absent],
  ] as const
  return (
    <div className={classes.presence}>
      {choices.map(([choice, label]) => (
        <Button
          key={choice}
          flex={1}
          size="xs"
          variant={value === choice ? 'filled' : 'default'}
          onClick={() => onApply([choice])}
        >
          {label}
        </Button>
      ))}
    </div>
  )
}
