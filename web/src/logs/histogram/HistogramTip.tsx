/** What lies under the pointer: the span and its counts. */
import type { Histogram } from '../../api/types'
import { formatNumber } from '../../format/number'
import { visibleText } from '../../format/text'
import { formatEnum } from '../../format/value'
import { t } from '../../i18n'
import { toneOf } from '../../ui/StatusChip'
import { useLogView } from '../LogView'
import { formatSpan } from '../range/range'
import { boundsOf } from './layout'
import classes from './Histogram.module.css'

interface HistogramTipProps {
  histogram: Histogram
  order: string[]
  buckets: [first: number, last: number]
  left: number
  width: number
}

const WIDTH_PX = 190

export function HistogramTip({ histogram, order, buckets, left, width }: HistogramTipProps) {
  const { zone } = useLogView()
  const [first, last] = buckets
  const chosen = histogram.buckets.slice(first, last + 1)
  const { from } = boundsOf(histogram)
  const span = {
    from: new Date(from + first * histogram.interval_ms),
    to: new Date(from + (last + 1) * histogram.interval_ms),
  }
  const sum = (value: string) => chosen.reduce((total, { by }) => total + (by[value] ?? 0), 0)
  const shown = order.filter((value) => sum(value) > 0).reverse()
  return (
    <div
      className={classes.tip}
      style={{ left: Math.min(Math.max(0, left + 10), Math.max(0, width - WIDTH_PX)) }}
    >
      <strong>{formatSpan(span, zone)}</strong>
      {shown.length === 0 && <div>{t.list.total('0')}</div>}
      <dl>
        {shown.map((value) => (
          <div key={value} style={{ display: 'contents' }}>
            <dt>
              <span className={classes.swatch} data-tone={toneOf(value)} />
              {value === '' ? t.histogram.other : formatEnum(visibleText(value))}
            </dt>
            <dd>{formatNumber(sum(value))}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
