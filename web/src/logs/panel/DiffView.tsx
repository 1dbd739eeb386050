/**
 * A text before and after, line by line. The sign says what the colour says. What stayed folds, and so
 * does what is more than a browser lays out in a moment.
 */
import { useMemo, useState } from 'react'
import { formatNumber } from '../../format/number'
import { t } from '../../i18n'
import { EventText } from '../../ui/EventText'
import { LongText } from './LongText'
import { diffLines, withGaps, type DiffGap, type DiffLine } from './diff'
import classes from './DiffView.module.css'

const SIGNS = { same: ' ', old: '\u2212', new: '+' }
const LINES_FIRST = 200
const LINES_MORE = 2000

export function DiffView({ old, next }: { old: string; next: string }) {
  const parts = useMemo(() => withGaps(diffLines(old, next)), [old, next])
  const [opened, setOpened] = useState<DiffGap[]>([])
  const [limit, setLimit] = useState(LINES_FIRST)
  const rows = parts.flatMap((part) =>
    part.kind === 'gap' && opened.includes(part) ? part.lines : [part],
  )
  const rest = rows.length - limit
  return (
    <div className={classes.diff}>
      {rows
        .slice(0, limit)
        .map((row, index) =>
          row.kind === 'gap' ? (
            <Fold
              key={index}
              text={t.panel.unchanged(row.lines.length)}
              onOpen={() => setOpened([...opened, row])}
            />
          ) : (
            <Line key={index} line={row} />
          ),
        )}
      {rest > 0 && (
        <Fold
          text={t.panel.moreLines(formatNumber(Math.min(rest, LINES_MORE)), formatNumber(rest))}
          onOpen={() => setLimit(limit + LINES_MORE)}
        />
      )}
    </div>
  )
}

function Line({ line: { kind, text } }: { line: DiffLine }) {
  return (
    <div className={classes.line} data-kind={kind}>
      <span aria-hidden>{SIGNS[kind]}</span>
      <div>
        {kind !== 'same' && (
          <span className="visually-hidden">{kind === 'old' ? t.panel.old : t.panel.new}: </span>
        )}
        <LongText text={text}>{(shown) => <EventText value={shown} breaks />}</LongText>
      </div>
    </div>
  )
}

function Fold({ text, onOpen }: { text: string; onOpen: () => void }) {
  return (
    <button type="button" className={classes.fold} onClick={onOpen}>
      {text}
    </button>
  )
}
