/** A state as a dot and a word. Colour repeats what the word says; it never says it alone. */
import classes from './StatusChip.module.css'

export type Tone = 'ok' | 'bad' | 'warn' | 'info' | 'quiet' | 'grave'

const TONES: Record<string, Tone> = {
  success: 'ok',
  error: 'bad',
  failure: 'bad',
  denied: 'warn',
  debug: 'quiet',
  info: 'info',
  warning: 'warn',
  critical: 'grave',
}

/** The tone of an outcome, a result or a level. */
export function toneOf(state: string): Tone {
  return TONES[state] ?? 'info'
}

export function StatusChip({ tone, children }: { tone: Tone; children: React.ReactNode }) {
  return (
    <span className={classes.chip} data-tone={tone}>
      {children}
    </span>
  )
}
