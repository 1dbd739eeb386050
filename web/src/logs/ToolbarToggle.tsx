/** A button that is on or off: green while on. */
import { Button } from '@mantine/core'
import classes from './LogToolbar.module.css'

interface ToolbarToggleProps {
  label: string
  hint: string
  on: boolean
  onChange: (on: boolean) => void
}

export function ToolbarToggle({ label, hint, on, onChange }: ToolbarToggleProps) {
  return (
    <Button
      className={classes.toggle ?? ''}
      variant="default"
      size="sm"
      h={34}
      aria-pressed={on}
      data-hint={hint}
      leftSection={<span className={classes.dot} />}
      onClick={() => onChange(!on)}
    >
      {label}
    </Button>
  )
}
