/** Search over the fields the catalogue marks; asks shortly after the last key. */
import { ActionIcon, Kbd, TextInput } from '@mantine/core'
import { useRef } from 'react'
import { t } from '../i18n'
import { useShortcuts } from '../keyboard/useShortcuts'
import { Icon } from '../ui/Icon'
import { useSearchText } from '../ui/useSearchText'
import { useLogView } from './LogView'
import classes from './SearchBox.module.css'

const LABELS_MAX = 4

export function SearchBox({ placeholder }: { placeholder?: string | undefined }) {
  const { fields, state, ask } = useLogView()
  const input = useRef<HTMLInputElement>(null)
  const { text, setText, typing } = useSearchText(state.q, (q) => ask({ q }, { replace: true }))
  useShortcuts({
    '/': (event) => {
      event.preventDefault()
      input.current?.select()
    },
  })
  const searched = fields.fields.filter((field) => field.search)
  // What the table shows says best what can be searched.
  const shown = [...searched]
    .sort((a, b) => Number(b.column) - Number(a.column))
    .slice(0, LABELS_MAX)
    .map((field) => lowerFirst(t.columns[field.name] ?? field.label))

  return (
    <TextInput
      ref={input}
      className={classes.search ?? ''}
      type="search"
      aria-label={t.search.label}
      placeholder={placeholder ?? t.search.placeholder(shown)}
      {...typing}
      size="sm"
      leftSection={<Icon name="search" size={15} />}
      rightSection={
        text === '' ? (
          <Kbd size="xs">/</Kbd>
        ) : (
          <ActionIcon
            variant="subtle"
            color="gray"
            size={24}
            aria-label={t.search.clear}
            onClick={() => setText('')}
          >
            <Icon name="close" size={13} />
          </ActionIcon>
        )
      }
    />
  )
}

/** `Model` → `model`, but `API key` and `IP` stay. */
function lowerFirst(label: string): string {
  return /^[A-Z][a-z]/.test(label) ? label.charAt(0).toLowerCase() + label.slice(1) : label
}
