/**
 * Text that comes from events. React renders it as text, so markup is harmless; what remains are
 * characters one cannot see: controls that reorder or hide what stands around them.
 */

export interface TextPiece {
  text: string
  /** The code point of an invisible control, `U+202E`; absent for ordinary text. */
  control?: string
}

// C0 and C1 without tab and line breaks, bidi marks, embeddings, overrides and isolates, zero-width
// space, word joiner, byte-order mark, tag characters. Joiners that scripts and emoji need stay.
const CONTROLS =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu

/** Splits a text into ordinary pieces and invisible controls, in order. */
export function splitControls(value: string): TextPiece[] {
  const pieces: TextPiece[] = []
  let end = 0
  for (const match of value.matchAll(CONTROLS)) {
    if (match.index > end) pieces.push({ text: value.slice(end, match.index) })
    pieces.push({ text: match[0], control: codePoint(match[0]) })
    end = match.index + match[0].length
  }
  if (end < value.length) pieces.push({ text: value.slice(end) })
  return pieces
}

/** The same for a name on one line, where nothing but spaces would be nothing to see. */
export function splitLine(value: string): TextPiece[] {
  if (value === '' || value.trim() !== '') return splitControls(value)
  const kinds = [...new Set(value)].map(codePoint).join(' ')
  return [{ text: value, control: value.length === 1 ? kinds : `${kinds} × ${value.length}` }]
}

/** The same in one string, for places that take no markup: titles and accessible names. */
export function visibleText(value: string): string {
  return value.replace(CONTROLS, (control) => `[${codePoint(control)}]`)
}

export interface TextPart {
  text: string
  /** A piece of a word that is none of any language: a line may break anywhere in it. */
  endless: boolean
}

/** The text with its endless words apart, in pieces that a browser lays out quickly. */
export function breakable(text: string): TextPart[] {
  if (!/\S{1000}/u.test(text)) return [{ text, endless: false }]
  // Every second part is what was split at.
  return text.split(/(\S{1000,})/u).flatMap((part, index): TextPart[] => {
    if (index % 2 === 0) return part === '' ? [] : [{ text: part, endless: false }]
    return (part.match(/.{1,500}/gu) ?? []).map((piece) => ({ text: piece, endless: true }))
  })
}

function codePoint(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16).toUpperCase()
  return `U+${hex.padStart(4, '0')}`
}
