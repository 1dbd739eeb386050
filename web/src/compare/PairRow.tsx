/** One field of two events. What has many lines is shown as lines that went and came. */
import { useMemo } from 'react'
import type { Field, Json } from '../api/types'
import { formatValue } from '../format/value'
import { t } from '../i18n'
import { DiffView } from '../logs/panel/DiffView'
import { LongText } from '../logs/panel/LongText'
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
          <LongPair a={a} b={b} />
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

function LongPair({ a, b }: { a: Json | undefined; b: Json | undefined }) {
  const [old, next] = useMemo(() => [lines(a), lines(b)] as const, [a, b])
  return <DiffView old={old} next={next} />
}

function Value({ field, value }: { field: Field; value: Json | undefined }) {
  const [zone] = useZone()
  if (value === undefined || value === null || value === '') return <em>{t.panel.absent}</em>
  return (
    <span className={field.type === 'id' ? classes.mono : undefined}>
      <LongText text={formatValue(field, value, zone)}>
        {(shown) => <EventText value={shown} breaks />}
      </LongText>
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
