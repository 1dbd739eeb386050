/** One event in full, beside the list. */
import { useQuery } from '@tanstack/react-query'
import { Suspense, lazy, useEffect, useRef } from 'react'
import { refOf, type EventRef } from '../../api/eventRef'
import { part } from '../../api/parts'
import { eventQuery } from '../../api/queries'
import type { LogEvent } from '../../api/types'
import { hasStatus } from '../../api/errors'
import { t } from '../../i18n'
import { useOpenedFocus } from '../../keyboard/focus'
import { LoadError } from '../../ui/LoadError'
import { Message } from '../../ui/Message'
import { useLogView } from '../LogView'
import { Changes } from './Changes'
import { FieldGroups } from './FieldGroups'
import { LeadText } from './LeadText'
import { PanelHeader } from './PanelHeader'
import { PanelSkeleton } from './PanelSkeleton'
import { Payloads } from './Payloads'
import { RawJson } from './RawJson'
import { Related } from './Related'
import { useValueKeys } from './useValueKeys'
import classes from './EventPanel.module.css'

const ProofSection = lazy(part(() => import('../../evidence/ProofSection')))

interface EventPanelProps {
  open: EventRef
  canMove: (step: 1 | -1) => boolean
  onMove: (step: 1 | -1) => void
}

export default function EventPanel({ open, canMove, onMove }: EventPanelProps) {
  const { stream } = useLogView()
  const { data, error, isPlaceholderData, refetch } = useQuery({
    ...eventQuery(stream, open),
    placeholderData: (previous: LogEvent | undefined) => previous,
  })
  const panel = useOpenedFocus<HTMLElement>(open.id)
  // Where the address does not say whose it is, the event does.
  const ref = data && !isPlaceholderData ? refOf(data) : open
  const body = useRef<HTMLDivElement>(null)
  useValueKeys()
  useEffect(() => {
    body.current?.scrollTo({ top: 0 })
  }, [data?.id])

  return (
    <section ref={panel} className={classes.panel} aria-label={t.panel.label} tabIndex={-1}>
      <PanelHeader event={data} of={{ stream, ...ref }} canMove={canMove} onMove={onMove} />
      {data ? (
        <div
          ref={body}
          className={classes.body}
          data-stale={isPlaceholderData || undefined}
          tabIndex={-1}
        >
          <EventBody event={data} />
        </div>
      ) : hasStatus(error, 404) ? (
        <Message icon="alert" title={t.panel.notFound} text={t.panel.notFoundHint} />
      ) : error ? (
        <LoadError title={t.errors.event} error={error} onRetry={() => void refetch()} />
      ) : (
        <PanelSkeleton bodyOnly />
      )}
    </section>
  )
}

/** What is asked of an event first: why it failed or what it says, what changed; then its fields, and what was said last. */
function EventBody({ event }: { event: LogEvent }) {
  return (
    <>
      <LeadText event={event} />
      <Changes event={event} />
      <FieldGroups event={event} />
      <Payloads event={event} />
      {event['ledger_index'] !== undefined && (
        <Suspense>
          <ProofSection event={event} />
        </Suspense>
      )}
      <Related event={event} />
      <RawJson event={event} />
    </>
  )
}
