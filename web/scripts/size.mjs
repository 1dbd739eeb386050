// Fails when the script a first visit loads exceeds the budget. Counted: the entry and everything it
// imports statically, plus the log center, which is where every first visit ends.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const budgetKiB = 250
const dist = new URL('../dist', import.meta.url).pathname
const html = readFileSync(join(dist, 'index.html'), 'utf8')
const scripts = [...html.matchAll(/(?:src|href)="\/([^"]+\.js)"/g)].map((match) => match[1])

const seen = new Set()
const queue = [...new Set(scripts)]
let bytes = 0
while (queue.length > 0) {
  const file = queue.pop()
  if (seen.has(file)) continue
  seen.add(file)
  const source = readFileSync(join(dist, file))
  const size = gzipSync(source, { level: 9 }).length
  bytes += size
  console.log(`${(size / 1024).toFixed(1).padStart(8)} KiB  ${file}`)
  for (const [, name] of source
    .toString()
    .matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)) {
    queue.push(`assets/${name}`)
  }
  for (const [, name] of source
    .toString()
    .matchAll(/import\(["'`]\.\/(LogCenterPage[^"'`]+\.js)["'`]\)/g)) {
    queue.push(`assets/${name}`)
  }
}

const total = bytes / 1024
console.log(`${total.toFixed(1).padStart(8)} KiB  first load, of ${budgetKiB} KiB allowed`)
if (scripts.length === 0)
  throw new Error('no script found in dist/index.html: run `npm run build` first')
if (total > budgetKiB) {
  console.error('The first load is too large. Load what it does not need with a dynamic import.')
  process.exit(1)
}
