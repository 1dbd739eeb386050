/** A text before and after, line by line. The sign says what the colour says. */
import { useMemo } from 'react'
import { t } from '../../i18n'
import { EventText } from '../../ui/EventText'
import { diffLines } from './diff'
import classes from './DiffView.module.css'

const SIGNS = { same: ' ', old: '\u2212', new: '+' }

export function DiffView({ old, next }: { old: string; next: string }) {
  const lines = useMemo(() => diffLines(old, next), [old, next])
  return (
    <div className={classes.diff}>
      {lines.map(({ kind, text }, index) => (
        <div key={index} className={classes.line} data-kind={kind}>
          <span aria-hidden>{SIGNS[kind]}</span>
          {kind !== 'same' && (
            <span className="visually-hidden">{kind === 'old' ? t.panel.old : t.panel.new}: </span>
          )}
          <EventText value={text} />
        </div>
      ))}
    </div>
  )
}
