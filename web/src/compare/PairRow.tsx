/** One field of two events. What has many lines is shown as lines that went and came. */
import type { Field, Json } from '../api/types'
import { formatValue } from '../format/value'
import { t } from '../i18n'
import { DiffView } from '../logs/panel/DiffView'
import { longJson } from '../logs/panel/changes'
import { EventText } from '../ui/EventText'
import { useZone } from '../ui/useZone'
import { sorted, type Pair } from './differences'
import classes from './Compare.module.css'

export function PairRow({ pair: { field, a, b, same } }: { pair: Pair }) {
  return (
    <tr data-same={same || undefined}>
      <th scope="row">{field.label}</th>
      {isLong(a) || isLong(b) ? (
        <td colSpan={2}>
          <DiffView old={lines(a)} next={lines(b)} />
        </td>
      ) : (
        <>
          <td>
            <Value field={field} value={a} />
          </td>
          <td>
            <Value field={field} value={b} />
          </td>
        </>
      )}
    </tr>
  )
}

function Value({ field, value }: { field: Field; value: Json | undefined }) {
  const [zone] = useZone()
  if (value === undefined || value === null || value === '') return <em>{t.panel.absent}</em>
  return (
    <span className={field.type === 'id' ? classes.mono : undefined}>
      <EventText value={formatValue(field, value, zone)} />
    </span>
  )
}

function isLong(value: Json | undefined): boolean {
  if (typeof value === 'string') return value.includes('\n')
  return typeof value === 'object' && value !== null
}

function lines(value: Json | undefined): string {
  return longJson(value === undefined ? undefined : sorted(value))
}
