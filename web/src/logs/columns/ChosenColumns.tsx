/** The columns in their order: dragged, or moved by their buttons. */
import { ActionIcon } from '@mantine/core'
import { useState } from 'react'
import { t } from '../../i18n'
import { Icon } from '../../ui/Icon'
import { useLogView } from '../LogView'
import { labelOf } from '../../catalogue/catalogue'
import { moved } from './order'
import classes from './ColumnChooser.module.css'

interface ChosenColumnsProps {
  names: string[]
  onChange: (names: string[]) => void
}

export function ChosenColumns({ names, onChange }: ChosenColumnsProps) {
  const { fields } = useLogView()
  const [dragged, setDragged] = useState<number>()
  const move = (from: number, to: number) => onChange(moved(names, from, to))
  return (
    <ol className={classes.columns} aria-label={t.columnChooser.title}>
      {names.map((name, index) => {
        const label = t.columns[name] ?? labelOf(fields, name)
        return (
          <li
            key={name}
            draggable
            data-dragged={dragged === index || undefined}
            onDragStart={() => setDragged(index)}
            onDragEnd={() => setDragged(undefined)}
            onDragOver={(event) => {
              event.preventDefault()
              if (dragged === undefined || dragged === index) return
              move(dragged, index)
              setDragged(index)
            }}
          >
            <Icon name="grip" size={14} />
            <span className={classes.label}>{label}</span>
            <Step
              icon="up"
              label={t.columnChooser.up(label)}
              disabled={index === 0}
              onClick={() => move(index, index - 1)}
            />
            <Step
              icon="down"
              label={t.columnChooser.down(label)}
              disabled={index === names.length - 1}
              onClick={() => move(index, index + 1)}
            />
            <Step
              icon="close"
              label={t.columnChooser.remove(label)}
              disabled={names.length === 1}
              onClick={() => onChange(names.filter((other) => other !== name))}
            />
          </li>
        )
      })}
    </ol>
  )
}

interface StepProps {
  icon: 'up' | 'down' | 'close'
  label: string
  disabled: boolean
  onClick: () => void
}

function Step({ icon, label, disabled, onClick }: StepProps) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size={24}
      aria-label={label}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} size={13} />
    </ActionIcon>
  )
}
