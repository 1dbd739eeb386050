/** The drawing itself. */
import type { Histogram } from '../../api/types'
import { formatCompact } from '../../format/number'
import { toneOf } from '../../ui/StatusChip'
import { useLogView } from '../LogView'
import { HistogramTip } from './HistogramTip'
import { boundsOf, seriesOf, stack, ticksOf } from './layout'
import { useBrush } from './useBrush'
import classes from './Histogram.module.css'

const AXIS_PX = 18
const TOP_PX = 4
/** Half of what a character of a label takes, on average. */
const HALF_CHARACTER_PX = 3.5

interface HistogramBarsProps {
  histogram: Histogram
  width: number
  height: number
  label: string
}

export function HistogramBars({ histogram, width, height, label }: HistogramBarsProps) {
  const { zone, ask } = useLogView()
  const plot = height - AXIS_PX - TOP_PX
  const { buckets } = histogram
  const bounds = boundsOf(histogram)
  const bucketTime = (index: number) => bounds.from + index * histogram.interval_ms
  const brush = useBrush(buckets.length, width, (first, last) =>
    ask({
      from: new Date(bucketTime(first)).toISOString(),
      to: new Date(bucketTime(last + 1)).toISOString(),
    }),
  )
  const order = seriesOf(histogram).map(([value]) => value)
  const max = Math.max(1, ...buckets.map((bucket) => bucket.count))
  const step = width / Math.max(1, buckets.length)
  const x = (time: number) => ((time - bounds.from) / (bounds.to - bounds.from)) * width

  return (
    <>
      <svg
        className={classes.svg}
        width={width}
        height={height}
        role="img"
        aria-label={label}
        {...brush.handlers}
      >
        <g transform={`translate(0 ${TOP_PX})`}>
          {ticksOf(bounds, width, zone).map((tick) => (
            <g key={tick.time}>
              <line className={classes.grid} x1={x(tick.time)} x2={x(tick.time)} y2={plot} />
              <TickLabel x={x(tick.time)} y={plot + 14} width={width} label={tick.label} />
            </g>
          ))}
          {brush.hovered !== undefined && !brush.selected && (
            <rect className={classes.hover} x={brush.hovered * step} width={step} height={plot} />
          )}
          {buckets.map((bucket, index) =>
            stack(bucket.by, order, max, plot - 2).map((piece) => (
              <rect
                key={`${bucket.time} ${piece.value}`}
                className={classes.bar}
                data-tone={toneOf(piece.value)}
                x={index * step + 0.5}
                y={piece.y + 2}
                width={Math.max(1, step - 1)}
                height={piece.height}
              />
            )),
          )}
          <line className={classes.axis} x2={width} y1={plot + 0.5} y2={plot + 0.5} />
          <text className={classes.tick} x={2} y={9}>
            {max > 1 ? formatCompact(max) : ''}
          </text>
          {brush.selected && (
            <rect
              className={classes.brush}
              x={brush.selected[0] * step}
              width={(brush.selected[1] - brush.selected[0] + 1) * step}
              height={plot}
            />
          )}
        </g>
      </svg>
      {brush.hovered !== undefined && (
        <HistogramTip
          histogram={histogram}
          order={order}
          buckets={brush.selected ?? [brush.hovered, brush.hovered]}
          left={brush.hovered * step + step / 2}
          width={width}
        />
      )}
    </>
  )
}

/** A label that an edge would cut stays away. */
function TickLabel(props: { x: number; y: number; width: number; label: string }) {
  const { x, y, width, label } = props
  const half = label.length * HALF_CHARACTER_PX
  if (x < half || x > width - half) return null
  return (
    <text className={classes.tick} x={x} y={y} textAnchor="middle">
      {label}
    </text>
  )
}
