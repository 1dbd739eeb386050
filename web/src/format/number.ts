/** Numbers as a person reads them: in full, with thin spaces between groups of three digits. */

/** Narrow, so that columns stay compact, and no-break, so that a number never wraps. */
export const THIN_SPACE = '\u202f'
const MINUS = '\u2212'

/** `3201775` → `3 201 775`. Fractions keep their digits. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const [whole = '0', fraction] = plainDigits(Math.abs(value)).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, THIN_SPACE)
  const sign = value < 0 ? MINUS : ''
  return sign + grouped + (fraction === undefined ? '' : `.${fraction}`)
}

/** `1 840 ms`; the unit stays the same at any length, so that a column compares at a glance. */
export function formatMilliseconds(value: number): string {
  return withUnit(value, 'ms')
}

/** A number and its unit, never torn apart by a line break. */
export function withUnit(value: number, unit: string): string {
  return `${formatNumber(value)}\u00a0${unit}`
}

/** `80 %` of 0 to 1; what is not nothing never reads as `0 %`. */
export function formatShare(share: number): string {
  const percent = share * 100
  if (percent > 0 && percent < 0.1) return `<0.1\u00a0%`
  return `${Number(percent.toFixed(percent < 10 ? 1 : 0))}\u00a0%`
}

/** `1 240` → `1.2 kB`: about how large a file is. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const last = units.length - 1
  const power = bytes < 1 ? 0 : Math.min(last, Math.floor(Math.log10(bytes) / 3))
  return withUnit(Number((bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)), units[power] ?? '')
}

/** Axis labels only: `12400` → `12.4k`. Never used where a figure must be exact. */
export function formatCompact(value: number): string {
  if (value < 1000) return String(value)
  const [divisor, unit] = value < 1e6 ? [1e3, 'k'] : value < 1e9 ? [1e6, 'M'] : [1e9, 'G']
  return `${Number((value / divisor).toPrecision(3))}${unit}`
}

/** The shortest decimal form without an exponent, also for very small and large numbers. */
export function plainDigits(value: number): string {
  const text = String(value)
  if (!text.includes('e')) return text
  if (value >= 1) return BigInt(value).toString()
  return value.toFixed(20).replace(/0+$/, '')
}
