/** What is told about an event where one line must do. Each part keeps its own direction of writing. */
import { Fragment } from 'react'
import type { LogEvent } from '../api/types'
import type { StreamFields } from '../catalogue/catalogue'
import type { Zone } from '../format/time'
import { formatValue } from '../format/value'
import { EventText } from '../ui/EventText'
import { presentationOf } from './presentation'

interface DetailsLineProps {
  fields: StreamFields
  event: LogEvent
  zone: Zone
  className: string | undefined
}

export function DetailsLine({ fields, event, zone, className }: DetailsLineProps) {
  const details = presentationOf(fields.stream).details.flatMap((name) => {
    const [field, value] = [fields.byName.get(name), event[name]]
    return field && value !== undefined && value !== null
      ? [[name, formatValue(field, value, zone)] as const]
      : []
  })
  return (
    <span className={className}>
      {details.map(([name, text], index) => (
        <Fragment key={name}>
          {index > 0 && ' · '}
          <EventText value={text} />
        </Fragment>
      ))}
    </span>
  )
}
