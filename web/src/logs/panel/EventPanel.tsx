/** One event in full, beside the list. */
import { useQuery } from '@tanstack/react-query'
import { Suspense, lazy, useEffect, useRef } from 'react'
import { eventQuery } from '../../api/queries'
import type { LogEvent } from '../../api/types'
import { hasStatus } from '../../api/errors'
import { t } from '../../i18n'
import { describeError } from '../../ui/describeError'
import { Message } from '../../ui/Message'
import { useLogView } from '../LogView'
import { Changes } from './Changes'
import { ErrorText } from './ErrorText'
import { FieldGroups } from './FieldGroups'
import { PanelHeader } from './PanelHeader'
import { PanelSkeleton } from './PanelSkeleton'
import { Payloads } from './Payloads'
import { RawJson } from './RawJson'
import { Related } from './Related'
import classes from './EventPanel.module.css'

const ProofSection = lazy(() => import('../../evidence/ProofSection'))

interface EventPanelProps {
  id: string
  canMove: (step: 1 | -1) => boolean
  onMove: (step: 1 | -1) => void
}

export default function EventPanel({ id, canMove, onMove }: EventPanelProps) {
  const { stream } = useLogView()
  const { data, error, isPlaceholderData } = useQuery({
    ...eventQuery(stream, id),
    placeholderData: (previous: LogEvent | undefined) => previous,
  })
  const body = useRef<HTMLDivElement>(null)
  useEffect(() => {
    body.current?.scrollTo({ top: 0 })
  }, [data?.id])

  return (
    <section className={classes.panel} aria-label={t.panel.label}>
      <PanelHeader event={data} id={id} canMove={canMove} onMove={onMove} />
      {data ? (
        <div
          ref={body}
          className={classes.body}
          data-stale={isPlaceholderData || undefined}
          tabIndex={-1}
        >
          <EventBody event={data} />
        </div>
      ) : error ? (
        <Message
          icon="alert"
          title={hasStatus(error, 404) ? t.panel.notFound : t.errors.title}
          text={hasStatus(error, 404) ? t.panel.notFoundHint : describeError(error)}
        />
      ) : (
        <PanelSkeleton bodyOnly />
      )}
    </section>
  )
}

function EventBody({ event }: { event: LogEvent }) {
  return (
    <>
      <ErrorText event={event} />
      <Changes event={event} />
      <Payloads event={event} />
      <FieldGroups event={event} />
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
