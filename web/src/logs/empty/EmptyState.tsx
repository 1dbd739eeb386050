/** No events: why, and what to do. */
import { Button, Group } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { statusQuery } from '../../api/queries'
import { t } from '../../i18n'
import { useRights } from '../../session/rights'
import { useLogView } from '../LogView'
import { isNarrowed } from '../logState'
import { FirstEvents } from './FirstEvents'
import { Message } from '../../ui/Message'

const WIDER = ['-7d', '-30d', '-90d']

export function EmptyState() {
  const { place, stream, state, ask } = useLogView()
  const { data: status } = useQuery(statusQuery)
  const { ownOnly } = useRights()
  const narrowed = isNarrowed(state)
  if (status?.events[stream] === 0) return ownOnly ? <NoOwnEvents /> : <FirstEvents />

  const noMatch = place === 'requests' ? t.empty.noRequests : t.empty.noMatch
  const widen = WIDER.filter((preset) => preset !== state.from)
  return (
    <Message
      title={narrowed ? noMatch : t.empty.quiet}
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

/** Own events are those of linked users of a platform: without a link there are none. */
function NoOwnEvents() {
  return (
    <Message icon="usage" title={t.empty.noOwn} text={t.empty.noOwnHint}>
      <Button component={Link} to="/account" size="xs" variant="default">
        {t.pages.account}
      </Button>
    </Message>
  )
}
