import { describe, expect, it } from 'vitest'
import type { LogEvent } from '../api/types'
import { checkProof, parseNote, rootOf } from './proof'
import { PROOF } from './proof.fixture'

const event = {
  id: 'a',
  time: '2026-03-01T10:00:00Z',
  action: 'model.disabled',
  leaf_hash: PROOF.leaf_hash,
} as LogEvent

const isShown = {
  ...(JSON.parse(PROOF.leaf) as object),
  ...(JSON.parse(PROOF.body) as object),
}
const shown: LogEvent = { ...isShown, ...event }

describe('a proof of the server', () => {
  it('is checked from its bytes', async () => {
    const checked = await checkProof(PROOF, shown)
    expect(checked).toMatchObject({
      leaf: 'ok',
      path: 'ok',
      signature: 'ok',
      body: 'ok',
      shown: 'ok',
      index: PROOF.ledger_index,
      erased: false,
    })
    expect(checked.size).toBe(parseNote(checked.checkpoint).size)
  })
  it('is wrong where anything in it is', async () => {
    const other = (text: string) => text.replace('model.disabled', 'model.deletedd')
    const wrong = async (change: Partial<typeof PROOF>, of: LogEvent = shown) => {
      const checked = await checkProof({ ...PROOF, ...change }, of)
      return Object.entries(checked).flatMap(([name, is]) => (is === 'wrong' ? [name] : []))
    }
    expect(await wrong({ leaf: other(PROOF.leaf) })).toEqual(['leaf', 'path', 'shown'])
    expect(await wrong({ body: PROOF.body.replace('Ana', 'Bob') })).toEqual(['body', 'shown'])
    expect(await wrong({ ledger_index: PROOF.ledger_index + 1 })).toEqual(['path'])
    expect(await wrong({}, { ...shown, action: 'model.enabled' })).toEqual(['shown'])
    expect(await wrong({}, { ...shown, leaf_hash: '0'.repeat(64) })).toEqual(['leaf'])
    const [head, ...lines] = parseNote(PROOF.proof).text.split('\n')
    expect(lines.length).toBeGreaterThan(2)
    expect(
      await wrong({ proof: PROOF.proof.replace(`index ${PROOF.ledger_index}`, 'index 0') }),
    ).toEqual(['path'])
    expect(head).toBe('c2sp.org/tlog-proof@v1')
    const resigned = PROOF.proof.replace(/\n\n([^\n]+)\n(\d+)\n/, '\n\n$1\n9$2\n')
    expect(await wrong({ proof: resigned })).toContain('signature')
  })
  it('says that names were erased, and holds', async () => {
    const { body, salt, ...erased } = PROOF
    expect([typeof body, typeof salt]).toEqual(['string', 'string'])
    const checked = await checkProof(erased, shown)
    expect(checked).toMatchObject({ path: 'ok', body: 'unchecked', erased: true })
  })
})

describe('a path', () => {
  it('has exactly the length that index and size ask for', async () => {
    const leaf = new Uint8Array(32)
    expect(await rootOf(leaf, 0, 1, [])).toEqual(leaf)
    expect(await rootOf(leaf, 0, 2, [])).toBeUndefined()
    expect(await rootOf(leaf, 0, 1, [leaf])).toBeUndefined()
    expect(await rootOf(leaf, 2, 2, [leaf])).toBeUndefined()
  })
})
