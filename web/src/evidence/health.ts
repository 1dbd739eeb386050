/** What is the matter with the audit log, if anything. */
import type { Status } from '../api/types'

export interface Trouble {
  kind: 'readOnly' | 'refused' | 'failing'
  /** In the words of the server: what is wrong, and what to do. */
  why: string
}

/** The worst first: without audit events nothing can be changed; failing checkpoints are repeated. */
export function troubleOf({ read_only: readOnly, ledger }: Status): Trouble | undefined {
  if (ledger?.refused != null) return { kind: 'refused', why: ledger.refused }
  if (readOnly != null) return { kind: 'readOnly', why: readOnly }
  if (ledger?.failing != null) return { kind: 'failing', why: ledger.failing }
  return undefined
}
