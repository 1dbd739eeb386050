/** All fields that can be filtered, in their sections, found by typing. */
import { TextInput, UnstyledButton } from '@mantine/core'
import { useState } from 'react'
import type { Field } from '../../api/types'
import { grouped } from '../../catalogue/catalogue'
import { filterable } from '../../catalogue/operators'
import { t } from '../../i18n'
import { Icon } from '../../ui/Icon'
import { moveByArrows } from '../../ui/moveByArrows'
import { useLogView } from '../LogView'
import classes from './FieldMenu.module.css'

export function FieldMenu({ onChoose }: { onChoose: (field: Field) => void }) {
  const { fields } = useLogView()
  const [text, setText] = useState('')
  const found = filterable(fields.fields).filter((field) => matchesName(field, text))
  const first = found[0]
  return (
    <div onKeyDown={moveByArrows}>
      <form
        className={classes.find}
        onSubmit={(event) => {
          event.preventDefault()
          if (text !== '' && first) onChoose(first)
        }}
      >
        <TextInput
          data-autofocus
          aria-label={t.filters.find}
          placeholder={t.filters.find}
          size="sm"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          leftSection={<Icon name="search" size={14} />}
        />
      </form>
      <div className={classes.fields}>
        {found.length === 0 && <p className={classes.none}>{t.filters.noField}</p>}
        {sections(found).map(([group, members]) => (
          <section key={group}>
            <h3>{t.panel.groups[group] ?? group}</h3>
            <ul>
              {members.map((field) => (
                <li key={field.name}>
                  <UnstyledButton className={classes.field ?? ''} onClick={() => onChoose(field)}>
                    {field.label}
                  </UnstyledButton>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </div>
  )
}

/** What the table shows is what one filters most: those fields lead. */
function sections(fields: Field[]): [string, Field[]][] {
  const columns = fields.filter((field) => field.column)
  const others = grouped(fields.filter((field) => !field.column))
  return columns.length > 0 ? [[t.filters.columns, columns], ...others] : others
}

export function matchesName(field: Field, text: string): boolean {
  const wanted = text.trim().toLowerCase()
  return (
    field.label.toLowerCase().includes(wanted) || field.name.replaceAll('_', ' ').includes(wanted)
  )
}
