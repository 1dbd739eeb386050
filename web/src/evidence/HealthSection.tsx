/** How the ledger is: its newest checkpoint, why it refuses, and who else knows its checkpoints. */
import { useQuery } from '@tanstack/react-query'
import { keyQuery } from '../api/evidenceApi'
import { statusQuery } from '../api/queries'
import type { LedgerStatus, Told } from '../api/types'
import { formatNumber } from '../format/number'
import { evidenceTexts } from '../i18n/evidence'
import { CopyButton } from '../ui/CopyButton'
import { Notice } from '../ui/Notice'
import { Section } from '../ui/Page'
import { StatusChip } from '../ui/StatusChip'
import { When } from '../ui/When'
import { troubleOf } from './health'
import classes from './VerifyPage.module.css'

const AGAIN_MS = 5_000

export function HealthSection() {
  const texts = evidenceTexts()
  const { data: status } = useQuery({ ...statusQuery, refetchInterval: AGAIN_MS })
  const trouble = status && troubleOf(status)
  return (
    <Section id="ledger-health" title={texts.verify.health} lead={texts.verify.healthLead}>
      {trouble && (
        <Notice tone="bad" title={texts.health[trouble.kind]}>
          {trouble.why}
          {trouble.kind !== 'failing' && <p>{texts.verify.whatNow}</p>}
        </Notice>
      )}
      {status?.ledger ? (
        <Ledger ledger={status.ledger} isGood={!trouble} />
      ) : (
        status && <p>{texts.verify.noLedger}</p>
      )}
    </Section>
  )
}

function Ledger({ ledger, isGood }: { ledger: LedgerStatus; isGood: boolean }) {
  const texts = evidenceTexts().verify
  const key = useQuery(keyQuery)
  const { published_at: at, published_size: covered, size, witnesses = [], anchors = [] } = ledger
  return (
    <>
      <dl className={classes.facts}>
        <dt>{texts.state}</dt>
        <dd>
          <StatusChip tone={isGood ? 'ok' : 'bad'}>
            {isGood ? texts.good : evidenceTexts().verify.results.fail}
          </StatusChip>
        </dd>
        <dt>{texts.published}</dt>
        <dd>{at == null ? texts.never : <When time={at} />}</dd>
        <dt>{texts.covered}</dt>
        <dd>{texts.coveredOf(formatNumber(covered), formatNumber(size))}</dd>
        <dt>{texts.key}</dt>
        <dd>
          <code>{key.data}</code>
          {key.data !== undefined && <CopyButton text={key.data} label={texts.key} />}
        </dd>
      </dl>
      <Others title={texts.witnesses} told={witnesses} />
      <Others title={texts.anchors} told={anchors} />
      {witnesses.length + anchors.length === 0 && <Notice tone="info">{texts.noWitnesses}</Notice>}
    </>
  )
}

function Others({ title, told }: { title: string; told: readonly Told[] }) {
  const texts = evidenceTexts().verify
  if (told.length === 0) return null
  return (
    <>
      <h3>{title}</h3>
      <ul className={classes.others}>
        {told.map(({ name, size, at, problem }) => (
          <li key={name}>
            <code>{name}</code>
            {size != null && <span>{texts.told(formatNumber(size))}</span>}
            {at != null && <When time={at} />}
            {problem != null && <StatusChip tone="bad">{problem}</StatusChip>}
          </li>
        ))}
      </ul>
    </>
  )
}
