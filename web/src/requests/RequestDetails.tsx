/** What was asked and answered, why it failed, what its caller said about it, and the figures. */
import { Button, Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { eventQuery } from '../api/queries'
import type { LogEvent } from '../api/types'
import { hasStatus } from '../api/errors'
import type { EventRef } from '../api/eventRef'
import { t } from '../i18n'
import { useOpenedFocus } from '../keyboard/focus'
import { LongText } from '../logs/panel/LongText'
import { RequestPayload, ResponsePayload } from '../logs/panel/Payloads'
import { describeError } from '../ui/describeError'
import { EventText } from '../ui/EventText'
import { Notice } from '../ui/Notice'
import { textOf } from './fields'
import { Metadata } from './Metadata'
import { RequestFooter } from './RequestFooter'
import classes from './RequestDetails.module.css'

interface RequestDetailsProps {
  open: EventRef
  /** What the list knows already. */
  header?: LogEvent
}

export function RequestDetails({ open, header }: RequestDetailsProps) {
  const { data, error, refetch } = useQuery(eventQuery('usage', open))
  const event = data ?? header
  const details = useOpenedFocus<HTMLDivElement>(open.id)
  return (
    <div
      ref={details}
      className={classes.details}
      role="region"
      aria-label={t.requests.details}
      tabIndex={-1}
    >
      {error && data === undefined && (
        <Notice tone="bad">
          {hasStatus(error, 404) ? (
            t.panel.notFound
          ) : (
            <div className={classes.failed}>
              {describeError(error)}
              <Button size="compact-xs" variant="default" onClick={() => void refetch()}>
                {t.errors.retry}
              </Button>
            </div>
          )}
        </Notice>
      )}
      {data ? <Content event={data} /> : error === null && <ContentSkeleton />}
      {event && <RequestFooter event={event} />}
    </div>
  )
}

function Content({ event }: { event: LogEvent }) {
  const { request, response } = event
  const error = textOf(event, 'error')
  const isEmpty = request === undefined && response === undefined && error === undefined
  return (
    <div className={classes.content}>
      {isEmpty && (
        <div className={classes.nothing}>
          <strong>{t.requests.nothing}</strong>
          <span>{t.requests.nothingHint}</span>
        </div>
      )}
      <div className={classes.side}>
        <RequestPayload event={event} title={t.requests.request} scrolls />
      </div>
      <div className={classes.side}>
        {error !== undefined && (
          <section className={classes.error} aria-label={t.requests.error}>
            <h3>{t.requests.error}</h3>
            <LongText text={error}>{(shown) => <EventText value={shown} breaks />}</LongText>
          </section>
        )}
        <ResponsePayload event={event} title={t.requests.response} scrolls />
        <Metadata event={event} />
      </div>
    </div>
  )
}

function ContentSkeleton() {
  return (
    <div className={classes.content} aria-hidden>
      {[0, 1].map((side) => (
        <div key={side} className={classes.skeleton}>
          {[40, 82, 66, 74].map((width) => (
            <Skeleton key={width} height={11} width={`${width}%`} />
          ))}
        </div>
      ))}
    </div>
  )
}
