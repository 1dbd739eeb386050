/** Leads from an event to everything around it. */
import { ActionIcon } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { t } from '../i18n'
import { Icon } from '../ui/Icon'
import { writeKey, type EventKey } from './timelineState'

export function TimelineButton({ of }: { of: EventKey }) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size={28}
      aria-label={t.timeline.open}
      data-hint={t.timeline.open}
      renderRoot={(props) => (
        <Link {...props} to="/timeline" search={writeKey('of', of)} preload={false} />
      )}
    >
      <Icon name="timeline" />
    </ActionIcon>
  )
}
