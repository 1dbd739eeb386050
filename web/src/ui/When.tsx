/** A time of the recent past or the near future: absolute to read, relative on hover. */
import { formatDayMinute, formatFull, formatRelative } from '../format/time'
import { useZone } from './useZone'

export function When({ time }: { time: string }) {
  const [zone] = useZone()
  const date = new Date(time)
  return (
    <time
      dateTime={time}
      style={{ whiteSpace: 'nowrap' }}
      onPointerEnter={(pointer) => {
        pointer.currentTarget.title = `${formatRelative(date)} · ${formatFull(date, zone)}`
      }}
    >
      {formatDayMinute(date, zone)}
    </time>
  )
}
