/** Requests under the day they began, in the zone the reader sees. */
import type { LogEvent } from '../api/types'
import { formatDayHeading, type Zone } from '../format/time'

export interface Day {
  /** None where the order is not that of time. */
  heading: string | undefined
  events: LogEvent[]
}

/** Neighbours of the same day together; the order stays. */
export function daysOf(events: LogEvent[], zone: Zone, now = new Date()): Day[] {
  const days: Day[] = []
  for (const event of events) {
    const heading = formatDayHeading(new Date(event.time), zone, now)
    const last = days.at(-1)
    if (last?.heading === heading) last.events.push(event)
    else days.push({ heading, events: [event] })
  }
  return days
}
