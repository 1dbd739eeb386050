/** Time ranges: relative ones move with the clock, absolute ones stay. */
import { formatDayMinute, type Zone } from '../../format/time'
import { t } from '../../i18n'

export const PRESETS = ['-1h', '-24h', '-7d', '-30d', '-90d']

const UNIT_MS: Record<string, number> = { s: 1e3, m: 6e4, h: 3.6e6, d: 8.64e7, w: 6.048e8 }

/** The instant a range boundary means now; undefined when it is none. */
export function resolveTime(text: string, now: Date): Date | undefined {
  if (text === 'now') return now
  const relative = /^-(\d+)([smhdw])$/.exec(text)
  const ms = relative
    ? now.getTime() - Number(relative[1]) * (UNIT_MS[relative[2] ?? ''] ?? 0)
    : /^\d+$/.test(text)
      ? Number(text) * 1000
      : Date.parse(text)
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? undefined : date
}

export interface Span {
  from: Date
  to: Date
}

export function resolveRange(from: string, to: string | undefined, now = new Date()): Span {
  return {
    from: resolveTime(from, now) ?? new Date(now.getTime() - 8.64e7),
    to: resolveTime(to ?? 'now', now) ?? now,
  }
}

/** `Last 24 hours` for a preset; undefined for any other range. */
export function presetName(from: string, to: string | undefined): string | undefined {
  return to === undefined ? t.range.presets[from] : undefined
}

export function formatSpan({ from, to }: Span, zone: Zone): string {
  return `${formatDayMinute(from, zone)} – ${formatDayMinute(to, zone)}`
}

/** Twice the span around the same middle, but not into the future. */
export function zoomOut({ from, to }: Span, now = new Date()): Span {
  const half = Math.max(to.getTime() - from.getTime(), 1000) / 2
  return {
    from: new Date(from.getTime() - half),
    to: new Date(Math.min(to.getTime() + half, Math.max(now.getTime(), to.getTime()))),
  }
}
