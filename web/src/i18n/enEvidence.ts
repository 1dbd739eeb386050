/** Texts about proofs and the ledger. */

export const evidence = {
  proof: {
    title: 'Proof',
    proven: 'Proven',
    wrong: 'Not proven',
    waiting: 'Waiting for the next checkpoint',
    waitingHint:
      'The event is in the ledger; its proof comes with the next checkpoint, within seconds.',
    checking: 'Checking …',
    partly: 'Checked in part',
    included: (index: string, size: string) =>
      `Event ${index} of the ledger, included in the checkpoint over its first ${size} events.`,
    checks: {
      leaf: 'The event has the hash of its receipt',
      shown: 'What is shown here is what the ledger has',
      path: 'The path leads to the root of the checkpoint',
      body: 'Names and details are the ones that were committed to',
      signature: 'The checkpoint is signed',
    },
    outcomes: { ok: 'checked', wrong: 'wrong', unchecked: 'not checked' },
    signedBy: 'Signed by',
    compare: 'Compare this key with one that you got elsewhere: this page has it from the server.',
    noSignature:
      'This browser cannot check Ed25519 signatures; the copied proof can be checked elsewhere.',
    noCrypto:
      'Browsers check nothing on pages without encryption. Open Daybook over HTTPS, or check the copied proof elsewhere.',
    wrongHint:
      'What the server gave does not fit together. Keep this event and its proof, and let somebody else verify the whole log.',
    older: 'This event is older than the ledger, or the ledger does not have it.',
    erased: 'Erased',
    erasedHint:
      'Names, addresses and details of this event were erased. The proof still holds: what was committed to stays, and cannot be guessed from it.',
    copyProof: 'Copy the proof',
    copyLeaf: 'Copy the leaf',
  },

  health: {
    refused: 'The audit log takes no events, and nothing can be changed',
    readOnly: 'No events are taken',
    failing: 'Checkpoints fail at the moment; Daybook tries again',
  },
}
