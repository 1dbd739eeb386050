/** The fields that are no column yet, found by typing. */
import { TextInput, UnstyledButton } from '@mantine/core'
import { useState } from 'react'
import { grouped } from '../../catalogue/catalogue'
import { t } from '../../i18n'
import { Icon } from '../../ui/Icon'
import { matchesName } from '../filters/FieldMenu'
import { useLogView } from '../LogView'
import { columnFields } from '../presentation'
import classes from './ColumnChooser.module.css'

interface AddColumnProps {
  names: string[]
  onAdd: (name: string) => void
}

export function AddColumn({ names, onAdd }: AddColumnProps) {
  const { fields } = useLogView()
  const [text, setText] = useState('')
  const free = columnFields(fields).filter(
    (field) => !names.includes(field.name) && matchesName(field, text),
  )
  return (
    <>
      <div className={classes.find}>
        <TextInput
          size="sm"
          aria-label={t.columnChooser.find}
          placeholder={t.columnChooser.find}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          leftSection={<Icon name="search" size={14} />}
        />
      </div>
      <div className={classes.free}>
        {grouped(free).map(([group, members]) => (
          <section key={group}>
            <h3>{t.panel.groups[group] ?? t.panel.otherFields}</h3>
            {members.map((field) => (
              <UnstyledButton
                key={field.name}
                className={classes.add ?? ''}
                aria-label={t.columnChooser.add(field.label)}
                onClick={() => onAdd(field.name)}
              >
                <Icon name="plus" size={12} />
                {field.label}
              </UnstyledButton>
            ))}
          </section>
        ))}
        {free.length === 0 && <p>{t.filters.noField}</p>}
      </div>
    </>
  )
}
