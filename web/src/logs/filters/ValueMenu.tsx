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
import { moveByArrows } from '../../ui/moveByArrows'
import { useLogView } from '../LogView'
import { selectionParams } from '../logState'
import { canBeValue, isClosed, listedValues, type MenuValue } from './menuValues'
import classes from './ValueMenu.module.css'

const LIMIT = 20
/** More words than any field has of its own. */
const CLOSED_LIMIT = 200

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
  const listed = listedValues(field, data, chosen, typed)
  const isNew = canBeValue(field, typed) && !listed.some(({ value }) => value === typed)
  const wildcard = wildcardOf(field, typed)

  return (
    <div onKeyDown={moveByArrows}>
      <form
        className={classes.find}
        onSubmit={(event) => {
          event.preventDefault()
          const value = firstWith(field, listed, typed) ?? (isNew ? typed : undefined)
          if (typed === '' || value === undefined) return
          if (!chosen.includes(value)) toggle(value)
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
        {listed.map(({ value, count }) => (
          <li key={value}>
            <label className={classes.value}>
              <input
                type="checkbox"
                checked={chosen.includes(value)}
                onChange={() => toggle(value)}
                // The space bar does, too; whoever came by arrows presses Enter, as in the search above.
                onKeyDown={(event) => {
                  if (event.key === 'Enter') toggle(value)
                }}
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
      {data === undefined && error === null && listed.length === 0 && <ValueSkeletons />}
      {error !== null && <p className={classes.note}>{describeError(error)}</p>}
      {data !== undefined && listed.length === 0 && !isNew && (
        <p className={classes.note}>{t.filters.noValues}</p>
      )}
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

/** The most frequent value that is meant; what is listed may still be for an earlier text. */
function firstWith(field: Field, listed: MenuValue[], typed: string): string | undefined {
  const wanted = typed.toLowerCase()
  if (isClosed(field)) return listed[0]?.value
  return listed.find(({ value }) => value.toLowerCase().startsWith(wanted))?.value
}

function useValues(field: Field, prefix: string) {
  const { stream, asked } = useLogView()
  // Of a few words all are here, and are found by what they are called on the screen.
  const [settled] = useDebouncedValue(isClosed(field) ? '' : prefix, 200)
  const params = selectionParams(asked, field.name)
  params.set('limit', String(isClosed(field) ? CLOSED_LIMIT : LIMIT))
  if (settled !== '') params.set('prefix', settled)
  return useQuery({
    ...valuesQuery(stream, field.name, params),
    placeholderData: (previous: FieldValues | undefined) => previous,
  })
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
