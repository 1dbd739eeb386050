/** Geometry of the histogram: which bucket lies where, and which times the axis names. */
import type { Histogram } from '../../api/types'
import {
  formatClock,
  formatDay,
  formatMinute,
  formatMonth,
  formatYear,
  monthNumber,
  startOfMonth,
  type Zone,
} from '../../format/time'
import { t } from '../../i18n'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const MONTH = (365.25 / 12) * DAY
const STEPS = [
  1000,
  5000,
  15_000,
  30_000,
  MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  3 * DAY,
  7 * DAY,
  14 * DAY,
]
/** In months. */
const LONG_STEPS = [1, 2, 3, 6, 12, 24, 60, 120, 300, 600, 1200]
/** For whatever is longer. */
const LONGEST_STEP = 12_000

/** Stacking order, from the bottom: what is normal carries what is not. */
const ORDER = ['success', 'debug', 'info', 'denied', 'warning', 'failure', 'error', 'critical']

export interface Bounds {
  from: number
  to: number
}

/** The time the drawing spans: all buckets, whole. */
export function boundsOf(histogram: Histogram): Bounds {
  const first = histogram.buckets[0]
  const from = Date.parse(first?.time ?? histogram.from)
  const span = histogram.interval_ms * histogram.buckets.length
  return { from, to: span > 0 ? from + span : Date.parse(histogram.to) }
}

/** Values of the stacking field, in stacking order, with their totals. */
export function seriesOf(histogram: Histogram): [value: string, total: number][] {
  const totals = new Map<string, number>()
  for (const bucket of histogram.buckets) {
    for (const [value, count] of Object.entries(bucket.by)) {
      totals.set(value, (totals.get(value) ?? 0) + count)
    }
  }
  const rank = (value: string) => (ORDER.includes(value) ? ORDER.indexOf(value) : -1)
  return [...totals].filter(([, total]) => total > 0).sort(([a], [b]) => rank(a) - rank(b))
}

export interface Tick {
  time: number
  label: string
}

/** Round times, at most one per `spacing` pixels. */
export function ticksOf(bounds: Bounds, width: number, zone: Zone, spacing = 110): Tick[] {
  const apart = (bounds.to - bounds.from) / Math.max(1, Math.floor(width / spacing))
  const step = STEPS.find((candidate) => candidate >= apart)
  return step === undefined ? longTicks(bounds, apart, zone) : shortTicks(bounds, step, zone)
}

function shortTicks({ from, to }: Bounds, step: number, zone: Zone): Tick[] {
  const offset = zone === 'utc' ? 0 : -new Date(from).getTimezoneOffset() * MINUTE
  const ticks: Tick[] = []
  for (let time = Math.ceil((from + offset) / step) * step - offset; time < to; time += step) {
    ticks.push({ time, label: tickLabel(new Date(time), step, zone) })
  }
  return ticks
}

/** The beginnings of months and years, which are not all as long. */
function longTicks({ from, to }: Bounds, apart: number, zone: Zone): Tick[] {
  const step = LONG_STEPS.find((months) => months * MONTH >= apart) ?? LONGEST_STEP
  const label = step < 12 ? formatMonth : formatYear
  const ticks: Tick[] = []
  const first = Math.ceil(monthNumber(new Date(from), zone) / step) * step
  for (let month = first; startOfMonth(month, zone).getTime() < to; month += step) {
    const start = startOfMonth(month, zone)
    if (start.getTime() >= from) ticks.push({ time: start.getTime(), label: label(start, zone) })
  }
  return ticks
}

/** Heights of the pieces of one bar, from the bottom; a piece that exists is never invisible. */
export function stack(
  by: Record<string, number>,
  order: string[],
  max: number,
  height: number,
): { value: string; y: number; height: number }[] {
  let y = height
  const pieces = []
  for (const value of order) {
    const count = by[value] ?? 0
    if (count === 0) continue
    const piece = Math.max(1.5, (count / max) * height)
    y -= piece
    pieces.push({ value, y, height: piece })
  }
  return pieces
}

/** `per 15 min`: what one bar stands for. */
export function intervalName(ms: number): string {
  const { units } = t
  if (ms < 1000) return `${ms} ${units.ms}`
  if (ms < MINUTE) return inUnits(ms, 1000, units.s)
  if (ms < HOUR) return inUnits(ms, MINUTE, units.min)
  return ms < DAY ? inUnits(ms, HOUR, units.h) : inUnits(ms, DAY, units.d)
}

function inUnits(ms: number, size: number, unit: string): string {
  return `${Number((ms / size).toFixed(1))} ${unit}`
}

function tickLabel(date: Date, step: number, zone: Zone): string {
  if (step >= DAY) return formatDay(date, zone)
  if (step < MINUTE) return formatClock(date, zone).slice(0, 8)
  const minute = formatMinute(date, zone)
  return minute === '00:00' ? formatDay(date, zone) : minute
}
