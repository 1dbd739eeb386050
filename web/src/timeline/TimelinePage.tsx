/** Everything around an event: what shares its request, person, resource or address, over all logs on one line of time. */
import { Button } from '@mantine/core'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Suspense } from 'react'
import { t } from '../i18n'
import { useShortcuts } from '../keyboard/useShortcuts'
import { EventKeys } from '../logs/EventKeys'
import EventPanel from '../logs/panel/EventPanel'
import { PanelEdge } from '../logs/panel/PanelEdge'
import { PanelSkeleton } from '../logs/panel/PanelSkeleton'
import { usePanelWidth } from '../logs/panel/usePanelWidth'
import { LoadError } from '../ui/LoadError'
import { Message } from '../ui/Message'
import { hasStatus } from '../api/errors'
import { refOf } from '../api/eventRef'
import frame from '../logs/LogFrame.module.css'
import split from '../ui/Split.module.css'
import { DetachedView } from './DetachedView'
import { TimelineControls } from './TimelineControls'
import { TimelineLanes } from './TimelineLanes'
import { TimelineList } from './TimelineList'
import {
  findKey,
  isSame,
  readTimeline,
  writeTimeline,
  type EventKey,
  type TimelineState,
} from './timelineState'
import { useTimeline, type Timeline } from './useTimeline'
import classes from './Timeline.module.css'

export function TimelinePage() {
  const state = readTimeline(useSearch({ from: '/signed-in/timeline' }))
  return (
    <main className={classes.main}>
      <title>{`${t.timeline.title} · ${t.app.name}`}</title>
      {state.of ? (
        <Surroundings state={state} />
      ) : (
        <Message icon="timeline" title={t.timeline.missing} text={t.timeline.missingHint}>
          <Button component={Link} to="/" size="xs" variant="default">
            {t.errors.toLogs}
          </Button>
        </Message>
      )}
    </main>
  )
}

function Surroundings({ state: asked }: { state: TimelineState }) {
  const navigate = useNavigate()
  const timeline = useTimeline(asked)
  const panel = usePanelWidth()
  const state = settled(asked, timeline)
  const change = (patch: Partial<TimelineState>) =>
    void navigate({ to: '/timeline', search: writeTimeline({ ...state, ...patch }), replace: true })
  const cursor = useCursor(state, timeline.events ?? [], change)
  const { open } = state

  return (
    <div className={split.split} data-open={open !== undefined || undefined} style={panel.style}>
      <div className={frame.list}>
        <TimelineControls state={state} timeline={timeline} onChange={change} />
        {hasStatus(timeline.error, 404) ? (
          <Message icon="alert" title={t.panel.notFound} text={t.timeline.goneHint} />
        ) : timeline.error ? (
          <LoadError title={t.errors.title} error={timeline.error} onRetry={timeline.retry} />
        ) : (
          <>
            <TimelineLanes
              state={state}
              timeline={timeline}
              onOpen={(key) => change({ open: key })}
            />
            <TimelineList
              state={state}
              timeline={timeline}
              onOpen={(key) => change({ open: key })}
            />
          </>
        )}
      </div>
      {open && timeline.window && (
        <aside className={split.panel}>
          <PanelEdge {...panel} />
          <Suspense fallback={<PanelSkeleton />}>
            <DetachedView
              window={timeline.window}
              open={open}
              onClose={() => change({ open: undefined })}
            >
              <EventPanel open={open} canMove={cursor.canMove} onMove={cursor.move} />
            </DetachedView>
          </Suspense>
        </aside>
      )}
      <EventKeys of={open ?? state.of} address={() => location.href} />
    </div>
  )
}

/**
 * The state with what became clear meanwhile. From the first step on the address says what is followed, so
 * that a longer time does not lead elsewhere, and whose the events are.
 */
function settled(asked: TimelineState, { middle, relation, events }: Timeline): TimelineState {
  return {
    ...asked,
    of: asked.of && middle ? { stream: asked.of.stream, ...refOf(middle) } : asked.of,
    by: relation?.kind ?? asked.by,
    open: findKey(events ?? [], asked.open) ?? asked.open,
  }
}

/** `j` and `k` go from event to event; `esc` closes. */
function useCursor(
  state: TimelineState,
  events: EventKey[],
  change: (patch: Partial<TimelineState>) => void,
) {
  const current = state.open ?? state.of
  const index = events.findIndex((event) => isSame(event, current))
  const canMove = (step: 1 | -1) => index >= 0 && events[index + step] !== undefined
  const move = (step: 1 | -1) => {
    const next = events[index + step]
    if (next) change({ open: next })
  }
  useShortcuts({
    j: () => move(1),
    k: () => move(-1),
    Enter: (event) => {
      const onControl = event.target instanceof Element && event.target.closest('a, button')
      if (!onControl && state.of) change({ open: current })
    },
    Escape: () => change({ open: undefined }),
  })
  return { canMove, move }
}
