/** The four logs as tabs that are links: they open in a new window like any other. */
import { Link, useSearch } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { Stream } from '../api/types'
import { t } from '../i18n'
import { useRights } from '../session/rights'
import { enter } from './place'
import classes from './StreamTabs.module.css'

export const LOG_PANEL_ID = 'log'
export const tabId = (stream: Stream) => `tab-${stream}`

export function StreamTabs({ current }: { current: Stream }) {
  const search = useSearch({ from: '/signed-in/logs/$stream' })
  const { streams } = useRights()
  useEffect(() => {
    document.getElementById(tabId(current))?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [current])
  return (
    <div className={classes.tabs} role="tablist" aria-label={t.app.logs} onKeyDown={moveFocus}>
      {streams.map((stream) => (
        <Link
          key={stream}
          id={tabId(stream)}
          className={classes.tab}
          role="tab"
          aria-selected={stream === current}
          aria-controls={LOG_PANEL_ID}
          tabIndex={stream === current ? 0 : -1}
          to="/logs/$stream"
          params={{ stream }}
          search={enter(stream, search)}
        >
          {t.streams[stream]}
        </Link>
      ))}
    </div>
  )
}

/** Arrow keys move between tabs, as in every tab list. */
function moveFocus(event: React.KeyboardEvent<HTMLDivElement>) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
  if (step === undefined) return
  const tabs = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=tab]')]
  const index = tabs.indexOf(document.activeElement as HTMLElement)
  tabs[(index + step + tabs.length) % tabs.length]?.focus()
  event.preventDefault()
}
