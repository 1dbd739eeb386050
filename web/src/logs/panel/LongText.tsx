/** Long text folds after 40 lines, or 4 000 characters of few lines, and opens on demand. */
import { useState } from 'react'
import { formatNumber } from '../../format/number'
import { t } from '../../i18n'
import classes from './JsonView.module.css'

const LINES_MAX = 40
const CHARACTERS_MAX = 4000

interface LongTextProps {
  text: string
  children: (shown: string) => React.ReactNode
}

export function LongText({ text, children }: LongTextProps) {
  const [open, setOpen] = useState(false)
  const lines = text.split('\n')
  const folds = lines.length > LINES_MAX + 5 || text.length > CHARACTERS_MAX * 1.2
  const short = folds
    ? lines
        .slice(0, LINES_MAX)
        .join('\n')
        .slice(0, CHARACTERS_MAX)
        .replace(/[\ud800-\udbff]$/, '')
    : text
  return (
    <>
      {children(open ? text : short)}
      {folds && (
        <button type="button" className={classes.fold} onClick={() => setOpen(!open)}>
          {open ? t.panel.showLess : t.panel.showAll(formatNumber(lines.length))}
        </button>
      )}
    </>
  )
}
