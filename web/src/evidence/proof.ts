/**
 * Checks a proof of the ledger in the browser: what the server says about an event is computed anew from
 * the bytes it gives (RFC 6962 hashes, C2SP tlog-proof and signed notes).
 */
import type { EventProof, LogEvent } from '../api/types'

export type Outcome = 'ok' | 'wrong' | 'unchecked'

/** What was checked of an event's proof, in the order of the checks. */
export interface Checked {
  /** The leaf has the hash that the event carries. */
  leaf: Outcome
  /** The path leads from that hash to the checkpoint's root. */
  path: Outcome
  /** The checkpoint is signed by the key. Not every browser knows Ed25519. */
  signature: Outcome
  /** Names and details are those that the leaf commits to; `unchecked` when they were erased. */
  body: Outcome
  /** What this page shows of the event is what the ledger has. */
  shown: Outcome
  index: number
  size: number
  /** Name and number of the key, as verifiers print them. */
  key: string
  checkpoint: string
  erased: boolean
}

interface TlogProof {
  index: number
  path: Uint8Array[]
  checkpoint: string
}

interface Note {
  /** What is signed, with its last newline. */
  text: string
  size: number
  root: Uint8Array
  signatures: { name: string; blob: Uint8Array }[]
}

/** Whether this page can compute hashes: browsers let only encrypted or local pages do so. */
export function canCheck(): boolean {
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition
  return globalThis.crypto?.subtle !== undefined
}

export async function checkProof(proof: EventProof, event: LogEvent): Promise<Checked> {
  const file = parseProof(proof.proof)
  const note = parseNote(file.checkpoint)
  const leaf = await hashOf(0, utf8(proof.leaf))
  const root = await rootOf(leaf, file.index, note.size, file.path)
  const [name = '', id = ''] = splitKey(proof.verifier_key)
  return {
    leaf: outcome(hex(leaf) === event['leaf_hash']),
    path: outcome(file.index === proof.ledger_index && root !== undefined && same(root, note.root)),
    signature: await checkSignature(note, proof.verifier_key),
    body: await checkBody(proof),
    shown: outcome([proof.leaf, proof.body ?? '{}'].every((text) => isShown(text, event))),
    index: file.index,
    size: note.size,
    key: `${name}+${id}`,
    checkpoint: file.checkpoint,
    erased: proof.body == null,
  }
}

const outcome = (right: boolean): Outcome => (right ? 'ok' : 'wrong')

async function checkBody({ leaf, body, salt }: EventProof): Promise<Outcome> {
  if (body == null || salt == null) return 'unchecked'
  const said = (JSON.parse(leaf) as { body?: unknown }).body
  const committed = await hashOf(2, joined(bytes(salt), utf8(body)))
  return outcome(said === hex(committed))
}

/** Places of its own, and times, which are written in several ways. */
const NOT_COMPARED = new Set(['body', 'time', 'received_at'])

/** Whether an event has every text that a leaf or a body has. */
function isShown(json: string, event: LogEvent): boolean {
  return Object.entries(JSON.parse(json) as Record<string, unknown>).every(
    ([name, value]) =>
      typeof value !== 'string' || NOT_COMPARED.has(name) || (event[name] ?? '') === value,
  )
}

/** RFC 9162 §2.1.3.2; undefined when the path has not the length it must have. */
export async function rootOf(
  leaf: Uint8Array,
  index: number,
  size: number,
  path: Uint8Array[],
): Promise<Uint8Array | undefined> {
  if (index < 0 || index >= size) return undefined
  let [node, last, hash] = [index, size - 1, leaf]
  for (const sibling of path) {
    if (last === 0) return undefined
    if (node % 2 === 1 || node === last) {
      hash = await hashOf(1, joined(sibling, hash))
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)]
    } else {
      hash = await hashOf(1, joined(hash, sibling))
    }
    ;[node, last] = [Math.floor(node / 2), Math.floor(last / 2)]
  }
  return last === 0 ? hash : undefined
}

async function checkSignature(note: Note, verifierKey: string): Promise<Outcome> {
  const [name, id, encoded] = splitKey(verifierKey)
  const mine = note.signatures.filter(
    (signature) => signature.name === name && hex(signature.blob.subarray(0, 4)) === id,
  )
  const signature = mine[0]
  if (!signature || encoded === undefined) return 'wrong'
  try {
    const key = await crypto.subtle.importKey(
      'raw',
      bytes(encoded).slice(1),
      { name: 'Ed25519' },
      false,
      ['verify'],
    )
    const right = await crypto.subtle.verify(
      { name: 'Ed25519' },
      key,
      signature.blob.slice(4),
      utf8(note.text).slice(),
    )
    return outcome(right)
  } catch {
    return 'unchecked'
  }
}

/** `name+id+base64`; the name may have no plus sign, the base64 may. */
function splitKey(key: string): string[] {
  const [name = '', id = '', ...rest] = key.split('+')
  return [name, id, rest.join('+')]
}

export function parseProof(file: string): TlogProof {
  const end = file.indexOf('\n\n')
  const lines = file.slice(0, end).split('\n')
  const start = lines.findIndex((line) => line.startsWith('index '))
  if (end < 0 || start < 0) throw new Error('no proof')
  return {
    index: Number(lines[start]?.slice('index '.length)),
    path: lines.slice(start + 1).map(bytes),
    checkpoint: file.slice(end + 2),
  }
}

export function parseNote(note: string): Note {
  const end = note.lastIndexOf('\n\n')
  const text = note.slice(0, end + 1)
  const [, size, root] = text.split('\n')
  const signatures = note
    .slice(end + 2)
    .split('\n')
    .filter((line) => line.startsWith('\u2014 '))
    .map((line) => {
      const [, name = '', blob = ''] = line.split(' ')
      return { name, blob: bytes(blob) }
    })
  return { text, size: Number(size), root: bytes(root ?? ''), signatures }
}

async function hashOf(prefix: number, data: Uint8Array): Promise<Uint8Array> {
  const digest = await crypto.subtle.digest('SHA-256', joined(Uint8Array.of(prefix), data))
  return new Uint8Array(digest)
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(first.length + second.length)
  all.set(first)
  all.set(second, first.length)
  return all
}

const utf8 = (text: string) => new TextEncoder().encode(text)
const bytes = (text: string) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
const hex = (data: Uint8Array) =>
  Array.from(data, (byte) => byte.toString(16).padStart(2, '0')).join('')
const same = (one: Uint8Array, other: Uint8Array) => hex(one) === hex(other)
