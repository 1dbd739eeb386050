/** Two texts line by line: what stayed, what went, what came. */

export interface DiffLine {
  kind: 'same' | 'old' | 'new'
  text: string
}

/** The comparison takes lines × lines steps; larger texts are shown as gone and come. */
const LINES_MAX = 600

export function diffLines(old: string, next: string): DiffLine[] {
  const [before, after] = [old.split('\n'), next.split('\n')]
  const start = commonStart(before, after)
  const end = commonEnd(before.slice(start), after.slice(start))
  const same = (text: string): DiffLine => ({ kind: 'same', text })
  return [
    ...before.slice(0, start).map(same),
    ...changed(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...before.slice(before.length - end).map(same),
  ]
}

function changed(before: string[], after: string[]): DiffLine[] {
  if (before.length > LINES_MAX || after.length > LINES_MAX) {
    return [...before.map(gone), ...after.map(come)]
  }
  const lengths = commonLengths(before, after)
  const lines: DiffLine[] = []
  let [row, column] = [0, 0]
  const at = (i: number, j: number) => lengths[i]?.[j] ?? 0
  for (;;) {
    const [old, next] = [before[row], after[column]]
    if (old === undefined && next === undefined) return lines
    if (old !== undefined && old === next) {
      lines.push({ kind: 'same', text: old })
      row += 1
      column += 1
    } else if (
      next === undefined ||
      (old !== undefined && at(row + 1, column) >= at(row, column + 1))
    ) {
      lines.push(gone(old ?? ''))
      row += 1
    } else {
      lines.push(come(next))
      column += 1
    }
  }
}

/** How many lines the rests from (i, j) have in common, in order. */
function commonLengths(before: string[], after: string[]): number[][] {
  const lengths = Array.from({ length: before.length + 1 }, () =>
    new Array<number>(after.length + 1).fill(0),
  )
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      const row = lengths[i] ?? []
      row[j] =
        before[i] === after[j]
          ? (lengths[i + 1]?.[j + 1] ?? 0) + 1
          : Math.max(lengths[i + 1]?.[j] ?? 0, row[j + 1] ?? 0)
    }
  }
  return lengths
}

function commonStart(before: string[], after: string[]): number {
  let count = 0
  while (count < before.length && count < after.length && before[count] === after[count]) count += 1
  return count
}

function commonEnd(before: string[], after: string[]): number {
  return commonStart([...before].reverse(), [...after].reverse())
}

const gone = (text: string): DiffLine => ({ kind: 'old', text })
const come = (text: string): DiffLine => ({ kind: 'new', text })

/** Lines that stayed, away from any change: they need not be read. */
export interface DiffGap {
  kind: 'gap'
  lines: DiffLine[]
}

/** So many unchanged lines stay beside a change; fewer than a gap is worth stay, too. */
const CONTEXT = 3
const GAP_MIN = 8

export function withGaps(lines: DiffLine[]): (DiffLine | DiffGap)[] {
  const parts: (DiffLine | DiffGap)[] = []
  let same: DiffLine[] = []
  const close = (after: number) => {
    const [start, end] = [parts.length === 0 ? 0 : CONTEXT, same.length - after]
    if (end - start < GAP_MIN) parts.push(...same)
    else {
      const gap: DiffGap = { kind: 'gap', lines: same.slice(start, end) }
      parts.push(...same.slice(0, start), gap, ...same.slice(end))
    }
    same = []
  }
  for (const line of lines) {
    if (line.kind === 'same') {
      same.push(line)
      continue
    }
    close(CONTEXT)
    parts.push(line)
  }
  close(0)
  return parts
}
