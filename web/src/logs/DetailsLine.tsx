/** What is told about an event where one line must do. Each part keeps its own direction of writing. */
import type { Field, Json, LogEvent } from '../api/types'
import type { StreamFields } from '../catalogue/catalogue'
import type { Zone } from '../format/time'
import { formatValue } from '../format/value'
import { EventText } from '../ui/EventText'
import { Money } from '../ui/Money'
import { presentationOf } from './presentation'
import classes from './DetailsLine.module.css'

interface DetailsLineProps {
  fields: StreamFields
  event: LogEvent
  zone: Zone
  className: string | undefined
}

export function DetailsLine({ fields, event, zone, className }: DetailsLineProps) {
  const details = presentationOf(fields.stream).details.flatMap((name) => {
    const [field, value] = [fields.byName.get(name), event[name]]
    return field && value !== undefined && value !== null ? [[field, value] as const] : []
  })
  return (
    <span className={className}>
      <span className={classes.line}>
        {details.map(([field, value], index) => (
          <span
            key={field.name}
            className={classes.part}
            data-figure={typeof value === 'number' || undefined}
          >
            {index > 0 && ' · '}
            <Detail field={field} value={value} zone={zone} />
          </span>
        ))}
      </span>
    </span>
  )
}

/** In a list amounts have as many decimals each time. */
function Detail({ field, value, zone }: { field: Field; value: Json; zone: Zone }) {
  return field.type === 'money' && typeof value === 'number' ? (
    <Money usd={value} />
  ) : (
    <EventText value={formatValue(field, value, zone)} line />
  )
}
