/** One value, typed: a number with its unit, or a piece of text. */
import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Field } from '../../api/types'
import { t } from '../../i18n'
import classes from './FilterEditor.module.css'

interface TypedEntryProps {
  field: Field
  entry: 'text' | 'number'
  values: string[]
  onApply: (values: string[]) => void
}

export function TypedEntry({ field, entry, values, onApply }: TypedEntryProps) {
  const [text, setText] = useState(values.join(', '))
  const value = entry === 'number' ? text.trim().replace(/[\s\u202f\u2009]/g, '') : text
  const wrong = entry === 'number' && value !== '' && !/^-?\d*\.?\d+$/.test(value)
  return (
    <form
      className={classes.entry}
      onSubmit={(event) => {
        event.preventDefault()
        if (!wrong) onApply(value === '' ? [] : [value])
      }}
    >
      <TextInput
        data-autofocus
        size="sm"
        aria-label={t.filters.value}
        inputMode={entry === 'number' ? 'decimal' : 'text'}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        error={wrong ? t.filters.number : undefined}
        rightSection={
          field.unit ? <small>{field.unit === 'usd' ? 'USD' : field.unit}</small> : null
        }
        rightSectionWidth={field.unit ? 56 : 0}
      />
      <Button type="submit" size="sm" disabled={wrong}>
        {t.filters.apply}
      </Button>
    </form>
  )
}
