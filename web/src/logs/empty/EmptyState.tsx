/** No events: why, and what to do. */
import { Button, Group } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { statusQuery } from '../../api/queries'
import { t } from '../../i18n'
import { useLogView } from '../LogView'
import { isNarrowed } from '../logState'
import { FirstEvents } from './FirstEvents'
import { Message } from './Message'

const WIDER = ['-7d', '-30d', '-90d']

export function EmptyState() {
  const { stream, state, ask } = useLogView()
  const { data: status } = useQuery(statusQuery)
  const narrowed = isNarrowed(state)
  if (status?.events[stream] === 0) return <FirstEvents />

  const widen = WIDER.filter((preset) => preset !== state.from)
  return (
    <Message
      title={narrowed ? t.empty.noMatch : t.empty.quiet}
      text={narrowed ? t.empty.noMatchHint : t.empty.quietHint}
    >
      <Group gap={8} justify="center">
        {narrowed && (
          <Button size="xs" onClick={() => ask({ q: '', filters: [] })}>
            {t.empty.clearFilters}
          </Button>
        )}
        {widen.slice(0, narrowed ? 1 : 2).map((preset) => (
          <Button
            key={preset}
            size="xs"
            variant="default"
            onClick={() => ask({ from: preset, to: undefined })}
          >
            {t.empty.widen((t.range.presets[preset] ?? preset).toLowerCase())}
          </Button>
        ))}
      </Group>
    </Message>
  )
}
