/**
 * Long text folds after 40 lines, or 4 000 characters of few lines, and opens on demand: as much at
 * once as a browser lays out in a moment, whatever the text is.
 */
import { useState } from 'react'
import { formatNumber } from '../../format/number'
import { t } from '../../i18n'
import { firstCharacters, foldedLength, nextLength } from './folding'
import classes from './JsonView.module.css'

interface LongTextProps {
  text: string
  children: (shown: string) => React.ReactNode
}

export function LongText({ text, children }: LongTextProps) {
  const [steps, setSteps] = useState(0)
  const folded = foldedLength(text)
  let length = folded
  for (let step = 0; step < steps; step += 1) length = nextLength(text, length)
  const next = nextLength(text, length)
  const press = () => setSteps(length < text.length ? steps + 1 : 0)
  return (
    <>
      {children(firstCharacters(text, length))}
      {folded < text.length && (
        <button type="button" className={classes.fold} onClick={press}>
          {length === text.length
            ? t.panel.showLess
            : next === text.length
              ? t.panel.showAll(formatNumber(text.split('\n').length))
              : t.panel.showMore(formatNumber(next - length), formatNumber(text.length - length))}
        </button>
      )}
    </>
  )
}
