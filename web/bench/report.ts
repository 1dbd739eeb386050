/** The figures as a table, printed, and kept where a directory is given. */
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'

export interface Series {
  change: string
  milliseconds: number[]
}

interface Circumstances {
  events: number
  version: string
  browser: string
}

const TARGET_MS = 300

export function report(series: Series[], { events, version, browser }: Circumstances): string {
  const cores = cpus()
  const rows = series.map(({ change, milliseconds }) => {
    const sorted = milliseconds.toSorted((a, b) => a - b)
    const figures = [quantile(sorted, 0.5), quantile(sorted, 0.95), sorted.at(-1) ?? Number.NaN]
    return `| ${change} | ${sorted.length} | ${figures.map((ms) => ms.toFixed(0)).join(' | ')} |`
  })
  const all = series.flatMap(({ milliseconds }) => milliseconds).sort((a, b) => a - b)
  const p95 = quantile(all, 0.95)
  return [
    `# The first page on the screen after a change, ${events.toLocaleString('en')} usage events`,
    '',
    `Milliseconds from the press or key to the frame that shows the new rows; every change asks something`,
    `that was not asked before. Daybook ${version}, ${browser}, ${cores.length} × ${cores[0]?.model ?? 'unknown'}, server and`,
    `browser on one machine, ${new Date().toISOString().slice(0, 10)}.`,
    '',
    '| change | times | median | p95 | longest |',
    '|---|---|---|---|---|',
    ...rows,
    '',
    `Target: p95 below ${TARGET_MS} ms. All changes together: p95 ${p95.toFixed(0)} ms, ${p95 < TARGET_MS ? 'met' : 'missed'}.`,
    '',
    'Again: `make bench-ui DAYBOOK_URL=http://…` with `DAYBOOK_ADMIN_EMAIL` and `DAYBOOK_ADMIN_PASSWORD`.',
    '',
  ].join('\n')
}

/** Prints it, and writes `ui-<events>-events.md` when there is a directory for it. */
export function keep(text: string, events: number, directory: string | undefined): void {
  console.log(`\n${text}`)
  if (directory) writeFileSync(`${directory}/ui-${events}-events.md`, text)
}

function quantile(sorted: number[], q: number): number {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN
}
