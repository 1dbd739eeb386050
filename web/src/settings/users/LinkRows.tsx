/** Pairs of origin and user ID, with what the usage stream knows to choose from. */
import { ActionIcon, Autocomplete, Button, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { valuesQuery } from '../../api/queries'
import type { FieldValues, Link } from '../../api/types'
import { settingsTexts } from '../../i18n/settings'
import { Icon } from '../../ui/Icon'
import classes from './LinkRows.module.css'

const SUGGESTIONS = 20

interface LinkRowsProps {
  links: Link[]
  onChange: (links: Link[]) => void
  error?: string | undefined
}

export function LinkRows({ links, onChange, error }: LinkRowsProps) {
  const texts = settingsTexts().links
  const change = (index: number, patch: Partial<Link>) =>
    onChange(links.map((link, at) => (at === index ? { ...link, ...patch } : link)))
  return (
    <div className={classes.links}>
      <Text size="xs" c="dimmed">
        {texts.hint}
      </Text>
      {links.map((link, index) => (
        <fieldset key={index} className={classes.row}>
          <legend className="visually-hidden">{texts.row(index + 1)}</legend>
          <Suggested
            field="origin"
            label={texts.origin}
            value={link.origin}
            onChange={(origin) => change(index, { origin })}
          />
          <Suggested
            field="user_id"
            label={texts.user}
            value={link.user_id}
            origin={link.origin}
            onChange={(user_id) => change(index, { user_id })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            size={34}
            aria-label={texts.remove(index + 1)}
            onClick={() => onChange(links.filter((_, at) => at !== index))}
          >
            <Icon name="close" />
          </ActionIcon>
        </fieldset>
      ))}
      {error !== undefined && (
        <Text size="sm" c="var(--bad)" role="alert">
          {error}
        </Text>
      )}
      <Button
        size="xs"
        variant="default"
        leftSection={<Icon name="plus" size={14} />}
        onClick={() => onChange([...links, { origin: '', user_id: '' }])}
      >
        {texts.add}
      </Button>
    </div>
  )
}

interface SuggestedProps {
  field: 'origin' | 'user_id'
  label: string
  value: string
  /** Only values that occur with this origin. */
  origin?: string
  onChange: (value: string) => void
}

function Suggested({ field, label, value, origin = '', onChange }: SuggestedProps) {
  const [prefix] = useDebouncedValue(value.trim(), 200)
  const params = new URLSearchParams({ from: '-90d', limit: String(SUGGESTIONS) })
  if (prefix !== '') params.set('prefix', prefix)
  if (origin !== '') params.set('origin', origin)
  const { data } = useQuery({
    ...valuesQuery('usage', field, params),
    placeholderData: (previous: FieldValues | undefined) => previous,
  })
  return (
    <Autocomplete
      aria-label={label}
      placeholder={label}
      value={value}
      onChange={onChange}
      data={data?.values.map((known) => known.value) ?? []}
      limit={SUGGESTIONS}
      autoComplete="off"
    />
  )
}
