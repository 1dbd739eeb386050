/** Says above the audit log that it takes no events, or that its checkpoints fall behind, and why. */
import { useQuery } from '@tanstack/react-query'
import { statusQuery } from '../api/queries'
import { evidenceTexts } from '../i18n/evidence'
import { Notice } from '../ui/Notice'
import { troubleOf } from './health'

export default function LedgerNotice() {
  const { data } = useQuery({ ...statusQuery, refetchInterval: 30_000 })
  const trouble = data && troubleOf(data)
  if (!trouble) return null
  return (
    <Notice tone="bad" title={evidenceTexts().health[trouble.kind]}>
      {trouble.why}
    </Notice>
  )
}
