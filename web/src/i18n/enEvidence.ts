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

  verify: {
    lead: 'Whether the audit log is what was signed, and evidence of it for others.',
    health: 'Health',
    healthLead: 'A new checkpoint comes each second while events come.',
    state: 'State',
    good: 'In order',
    covered: 'Covered by the newest checkpoint',
    coveredOf: (covered: string, all: string) => `${covered} of ${all} events`,
    published: 'Newest checkpoint',
    never: 'none yet',
    key: 'Verifier key',
    noLedger: 'This log store has no ledger.',
    whatNow:
      'While audit events are refused, nothing can be changed: no event, no change. The guide says what to do for each reason (The ledger, “When it refuses”).',
    witnesses: 'Witnesses',
    anchors: 'Anchors',
    noWitnesses:
      'Nobody else knows this log’s checkpoints: whoever has its key and this machine could write another history unseen. Name witnesses (ledger_policy) or anchors (ledger_anchors), or keep checkpoints yourself.',
    told: (size: string) => `${size} events`,

    here: 'Verify on the server',
    hereLead:
      'Reads every leaf, body and hash again, up to the signed root. It is on record who did, and what came out.',
    kept: 'Checkpoints that you kept',
    keptHint:
      'Optional: paste one or several, or choose files. The log must still contain each of them.',
    files: 'Choose files',
    start: 'Verify',
    running: (events: string, all: string) => `${events} of ${all} events checked`,
    results: { pass: 'Passed', fail: 'Failed', unchecked: 'Could not check' },
    by: (name: string) => `by ${name}`,
    quote: 'Result, to be quoted',

    outside: 'Verify without trusting the server',
    outsideLead:
      'Run this elsewhere, with the key from somebody who answers for the log, and a checkpoint that you kept. An API key that may read audit events goes into DAYBOOK_API_KEY.',
    keep: 'Keep a checkpoint',
    check: 'Later, check against it',
  },

  evidence: {
    title: 'Evidence package',
    lead: 'All audit events of a period as one signed file, with proofs, a statement of completeness and a list of who may read. The package takes the whole period, whatever is filtered.',
    from: 'From',
    to: 'To',
    make: 'Make package',
    order: 'The start must come before the end.',
    check: 'How it is checked',
    zone: 'The times are UTC.',
    ofView: 'For the time range of this view.',
  },
}
