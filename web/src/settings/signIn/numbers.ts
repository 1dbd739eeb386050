/** A whole number from 1 on, as somebody typed it; undefined for anything else. */
export function positive(text: string): number | undefined {
  const value = /^\s*\d+\s*$/.test(text) ? Number(text) : 0
  return Number.isSafeInteger(value) && value > 0 ? value : undefined
}
