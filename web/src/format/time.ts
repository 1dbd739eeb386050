/** Times in the zone the reader chose. Events carry UTC; the zone is only a way to show it. */
import { t } from '../i18n'

export type Zone = 'utc' | 'local'

interface Parts {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
  millisecond: number
}

/** `19 Nov`, with the year when it is not this one. */
export function formatDay(date: Date, zone: Zone, now = new Date()): string {
  const { year, month, day } = partsOf(date, zone)
  const thisYear = year === partsOf(now, zone).year
  return t.days.short(day, month, thisYear ? undefined : year)
}

/** `Today`, `Yesterday`, `Mar 14`, with the year when it is not this one: a heading over a day's events. */
export function formatDayHeading(date: Date, zone: Zone, now = new Date()): string {
  const { year, month, day } = partsOf(date, zone)
  const daysAgo = dayNumber(now, zone) - dayNumber(date, zone)
  if (daysAgo === 0) return t.days.today
  if (daysAgo === 1) return t.days.yesterday
  const thisYear = year === partsOf(now, zone).year
  return t.days.heading(day, month, thisYear ? undefined : year)
}

/** `Mar 2026` */
export function formatMonth(date: Date, zone: Zone): string {
  const { year, month } = partsOf(date, zone)
  return t.days.month(month, year)
}

/** `2026` */
export function formatYear(date: Date, zone: Zone): string {
  return t.days.year(partsOf(date, zone).year)
}

/** How many months the month of `date` comes after January 2000. */
export function monthNumber(date: Date, zone: Zone): number {
  const { year, month } = partsOf(date, zone)
  return (year - 2000) * 12 + month - 1
}

/** When the month begins that comes so many after January 2000. */
export function startOfMonth(number: number, zone: Zone): Date {
  return zone === 'utc' ? new Date(Date.UTC(2000, number)) : new Date(2000, number)
}

/** `14:03:22.114` */
export function formatClock(date: Date, zone: Zone): string {
  const parts = partsOf(date, zone)
  return `${formatMinute(date, zone)}:${two(parts.second)}.${String(parts.millisecond).padStart(3, '0')}`
}

/** `14:03` */
export function formatMinute(date: Date, zone: Zone): string {
  const { hour, minute } = partsOf(date, zone)
  return `${two(hour)}:${two(minute)}`
}

/** `19 Nov 14:03` */
export function formatDayMinute(date: Date, zone: Zone, now?: Date): string {
  return `${formatDay(date, zone, now)} ${formatMinute(date, zone)}`
}

/** `2026-11-19 14:03:22.114 UTC`: complete, for details. */
export function formatFull(date: Date, zone: Zone): string {
  const { year, month, day } = partsOf(date, zone)
  return `${year}-${two(month)}-${two(day)} ${formatClock(date, zone)} ${zoneName(date, zone)}`
}

/** `3 minutes ago`, `in 2 hours`. */
export function formatRelative(date: Date, now = new Date()): string {
  const seconds = (date.getTime() - now.getTime()) / 1000
  const units: [Intl.RelativeTimeFormatUnit, number][] = [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ]
  const words = new Intl.RelativeTimeFormat(t.locale, { numeric: 'auto' })
  for (const [unit, size] of units) {
    if (Math.abs(seconds) >= size) return words.format(Math.trunc(seconds / size), unit)
  }
  return words.format(Math.trunc(seconds), 'second')
}

/** `UTC` or the local offset, `UTC+02:00`. */
export function zoneName(date: Date, zone: Zone): string {
  const offset = zone === 'utc' ? 0 : -date.getTimezoneOffset()
  if (offset === 0) return 'UTC'
  const minutes = Math.abs(offset)
  return `UTC${offset < 0 ? '\u2212' : '+'}${two(Math.trunc(minutes / 60))}:${two(minutes % 60)}`
}

/** The value of a `datetime-local` input that shows `date` in `zone`. */
export function toInputValue(date: Date, zone: Zone): string {
  const { year, month, day, hour, minute, second } = partsOf(date, zone)
  return `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}`
}

/** The instant a `datetime-local` input means in `zone`; undefined when it is empty or no date. */
export function fromInputValue(value: string, zone: Zone): Date | undefined {
  const date = new Date(zone === 'utc' ? `${value}Z` : value)
  return value === '' || Number.isNaN(date.getTime()) ? undefined : date
}

function partsOf(date: Date, zone: Zone): Parts {
  const shifted =
    zone === 'utc' ? date : new Date(date.getTime() - date.getTimezoneOffset() * 60_000)
  return {
    year: shifted.getUTCFullYear(),
    month: shifted.getUTCMonth() + 1,
    day: shifted.getUTCDate(),
    hour: shifted.getUTCHours(),
    minute: shifted.getUTCMinutes(),
    second: shifted.getUTCSeconds(),
    millisecond: shifted.getUTCMilliseconds(),
  }
}

function dayNumber(date: Date, zone: Zone): number {
  const { year, month, day } = partsOf(date, zone)
  return Date.UTC(year, month - 1, day) / 86_400_000
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
