/** Whether an audit event is proven to be in the ledger: checked in this browser, check by check. */
import { useQuery } from '@tanstack/react-query'
import { proofQuery } from '../api/evidenceApi'
import { hasStatus } from '../api/errors'
import { keyOf, refOf } from '../api/eventRef'
import { statusQuery } from '../api/queries'
import type { EventProof, LogEvent, Status } from '../api/types'
import { formatNumber } from '../format/number'
import { evidenceTexts } from '../i18n/evidence'
import panel from '../logs/panel/EventPanel.module.css'
import { CopyButton } from '../ui/CopyButton'
import { describeError } from '../ui/describeError'
import { Notice } from '../ui/Notice'
import { StatusChip, type Tone } from '../ui/StatusChip'
import { canCheck, checkProof, type Checked, type Outcome } from './proof'
import classes from './ProofSection.module.css'

/** A new event has a proof within seconds. */
const AGAIN_MS = 2_000

export default function ProofSection({ event }: { event: LogEvent }) {
  const texts = evidenceTexts().proof
  const isCovered = useIsCovered(event)
  const { data, error } = useQuery({ ...proofQuery(refOf(event)), enabled: isCovered === true })
  return (
    <section className={panel.section} aria-labelledby="proof">
      <h3 id="proof">{texts.title}</h3>
      {isCovered === false ? (
        <>
          <StatusChip tone="info">{texts.waiting}</StatusChip>
          <p className={panel.note}>{texts.waitingHint}</p>
        </>
      ) : data ? (
        <Proof proof={data} event={event} />
      ) : error ? (
        <p className={panel.note}>{hasStatus(error, 404) ? texts.older : describeError(error)}</p>
      ) : (
        <StatusChip tone="quiet">{texts.checking}</StatusChip>
      )}
    </section>
  )
}

/** Whether the newest checkpoint covers an event; undefined while that is not known. */
function useIsCovered(event: LogEvent): boolean | undefined {
  const index = Number(event['ledger_index'])
  const covers = (status?: Status) =>
    status?.ledger ? index < status.ledger.published_size : undefined
  const { data } = useQuery({
    ...statusQuery,
    refetchInterval: ({ state }) => (covers(state.data) === false ? AGAIN_MS : false),
  })
  return covers(data)
}

function Proof({ proof, event }: { proof: EventProof; event: LogEvent }) {
  const texts = evidenceTexts().proof
  const { data: checked, error } = useQuery({
    queryKey: ['proof', keyOf(event), 'checked', proof.proof],
    queryFn: () => checkProof(proof, event),
    enabled: canCheck(),
    staleTime: Infinity,
    retry: false,
  })
  const isErased = proof.body == null
  return (
    <>
      <div className={classes.state}>
        {checked ? (
          <Verdict checked={checked} />
        ) : error ? (
          <StatusChip tone="bad">{texts.wrong}</StatusChip>
        ) : (
          canCheck() && <StatusChip tone="quiet">{texts.checking}</StatusChip>
        )}
        {isErased && <StatusChip tone="warn">{texts.erased}</StatusChip>}
        <CopyButton text={proof.proof} label={texts.copyProof} />
        <CopyButton icon="braces" text={proof.leaf} label={texts.copyLeaf} />
      </div>
      {isErased && <p className={panel.note}>{texts.erasedHint}</p>}
      {!canCheck() && <p className={panel.note}>{texts.noCrypto}</p>}
      {checked && <Checks checked={checked} />}
      {(error !== null || (checked && isWrong(checked))) && (
        <Notice tone="bad" title={texts.wrong}>
          {texts.wrongHint}
        </Notice>
      )}
    </>
  )
}

const CHECKS = ['leaf', 'shown', 'path', 'body', 'signature'] as const

function isWrong(checked: Checked): boolean {
  return CHECKS.some((check) => checked[check] === 'wrong')
}

function Verdict({ checked }: { checked: Checked }) {
  const texts = evidenceTexts().proof
  if (isWrong(checked)) return <StatusChip tone="bad">{texts.wrong}</StatusChip>
  if (checked.signature !== 'ok') return <StatusChip tone="info">{texts.partly}</StatusChip>
  return <StatusChip tone="ok">{texts.proven}</StatusChip>
}

const TONES: Record<Outcome, Tone> = { ok: 'ok', wrong: 'bad', unchecked: 'quiet' }

function Checks({ checked }: { checked: Checked }) {
  const texts = evidenceTexts().proof
  const shown = CHECKS.filter((check) => check !== 'body' || !checked.erased)
  return (
    <>
      <p className={classes.text}>
        {texts.included(formatNumber(checked.index), formatNumber(checked.size))}
      </p>
      <ul className={classes.checks}>
        {shown.map((check) => (
          <li key={check}>
            <span>{texts.checks[check]}</span>
            <StatusChip tone={TONES[checked[check]]}>{texts.outcomes[checked[check]]}</StatusChip>
          </li>
        ))}
      </ul>
      <p className={classes.text}>
        {texts.signedBy} <code>{checked.key}</code>
      </p>
      <p className={panel.note}>
        {checked.signature === 'unchecked' ? texts.noSignature : texts.compare}
      </p>
    </>
  )
}
