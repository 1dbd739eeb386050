/** How much of a long text is shown. */

const LINES_MAX = 40
const CHARACTERS_MAX = 4000
/** So much is laid out in a moment. */
const STEP = 200_000

/** How many characters are shown at first: all of a text that is hardly longer than the fold. */
export function foldedLength(text: string): number {
  const lines = text.split('\n', LINES_MAX + 6)
  if (lines.length <= LINES_MAX + 5 && text.length <= CHARACTERS_MAX * 1.2) return text.length
  return Math.min(lines.slice(0, LINES_MAX).join('\n').length, CHARACTERS_MAX)
}

/** How many are shown after the next press. */
export function nextLength(text: string, length: number): number {
  // A small rest is no step of its own.
  return text.length - length < STEP * 1.5 ? text.length : length + STEP
}

/** The beginning of a text, without half a character at its end. */
export function firstCharacters(text: string, length: number): string {
  return length < text.length ? text.slice(0, length).replace(/[\ud800-\udbff]$/, '') : text
}
