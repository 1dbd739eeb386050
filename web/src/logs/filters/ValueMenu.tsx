/** The values a field has among the selected events, with their counts, the most frequent first. */
import { Skeleton, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { valuesQuery } from '../../api/queries'
import type { Field, FieldValues } from '../../api/types'
import { describeFilterValue, wildcardOf } from '../../catalogue/operators'
import { formatNumber } from '../../format/number'
import { t } from '../../i18n'
import { describeError } from '../../ui/describeError'
import { EventText } from '../../ui/EventText'
import { Icon } from '../../ui/Icon'
import { useLogView } from '../LogView'
import { selectionParams } from '../logState'
import classes from './ValueMenu.module.css'

const LIMIT = 20

interface ValueMenuProps {
  field: Field
  chosen: string[]
  /** One value replaces the other, as a comparison needs it. */
  single: boolean
  onChange: (values: string[]) => void
}

export function ValueMenu({ field, chosen, single, onChange }: ValueMenuProps) {
  const [text, setText] = useState('')
  const { data, error } = useValues(field, text.trim())
  const toggle = (value: string) =>
    onChange(
      chosen.includes(value)
        ? chosen.filter((other) => other !== value)
        : single
          ? [value]
          : [...chosen, value],
    )
  const typed = text.trim()
  const isNew = typed !== '' && !data?.values.some(({ value }) => value === typed)
  const wildcard = wildcardOf(field, typed)

  return (
    <div>
      <form
        className={classes.find}
        onSubmit={(event) => {
          event.preventDefault()
          const value = firstWith(data, typed) ?? typed
          if (typed !== '' && !chosen.includes(value)) toggle(value)
          setText('')
        }}
      >
        <TextInput
          data-autofocus
          size="sm"
          aria-label={t.filters.findValue}
          placeholder={t.filters.findValue}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          leftSection={<Icon name="search" size={14} />}
        />
      </form>
      <ul className={classes.values} aria-label={field.label}>
        {listed(data, chosen, typed).map(({ value, count }) => (
          <li key={value}>
            <label className={classes.value}>
              <input
                type="checkbox"
                checked={chosen.includes(value)}
                onChange={() => toggle(value)}
              />
              <span className={classes.text}>
                <EventText value={describeFilterValue(field, value)} />
              </span>
              <span className={classes.count}>
                {count === undefined ? '' : formatNumber(count)}
              </span>
            </label>
          </li>
        ))}
        {wildcard !== undefined && !chosen.includes(wildcard) && (
          <Offer text={t.filters.useAll(wildcard)} onTake={() => toggle(wildcard)} />
        )}
        {isNew && <Offer text={t.filters.useTyped(typed)} onTake={() => toggle(typed)} />}
      </ul>
      {data === undefined && error === null && <ValueSkeletons />}
      {error !== null && <p className={classes.note}>{describeError(error)}</p>}
      {data?.values.length === 0 && !isNew && <p className={classes.note}>{t.filters.noValues}</p>}
      {data !== undefined && data.total > data.values.length && (
        <p className={classes.note}>{t.filters.moreValues(data.total - data.values.length)}</p>
      )}
    </div>
  )
}

function Offer({ text, onTake }: { text: string; onTake: () => void }) {
  return (
    <li>
      <button type="button" className={classes.typed} onClick={onTake}>
        {text}
      </button>
    </li>
  )
}

/** The most frequent value that begins as typed; what is listed may still be for an earlier text. */
function firstWith(data: FieldValues | undefined, typed: string): string | undefined {
  const wanted = typed.toLowerCase()
  return data?.values.find(({ value }) => value.toLowerCase().startsWith(wanted))?.value
}

function useValues(field: Field, prefix: string) {
  const { stream, asked } = useLogView()
  const [settled] = useDebouncedValue(prefix, 200)
  const params = selectionParams(asked, field.name)
  params.set('limit', String(LIMIT))
  if (settled !== '') params.set('prefix', settled)
  return useQuery({
    ...valuesQuery(stream, field.name, params),
    placeholderData: (previous: FieldValues | undefined) => previous,
  })
}

/** Chosen values stay listed even when they are not among the most frequent. */
function listed(data: FieldValues | undefined, chosen: string[], typed: string) {
  const values: { value: string; count?: number }[] = data?.values ?? []
  const known = new Set(values.map(({ value }) => value))
  const missing = typed === '' ? chosen.filter((value) => !known.has(value)) : []
  return [...missing.map((value) => ({ value, count: undefined })), ...values]
}

function ValueSkeletons() {
  return (
    <div className={classes.skeletons}>
      {[70, 52, 61, 40].map((width) => (
        <Skeleton key={width} height={12} width={`${width}%`} />
      ))}
    </div>
  )
}
