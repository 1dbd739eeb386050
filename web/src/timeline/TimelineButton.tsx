/** Leads from an event to everything around it. */
import { ActionIcon } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { Stream } from '../api/types'
import { t } from '../i18n'
import { Icon } from '../ui/Icon'

export function TimelineButton({ stream, id }: { stream: Stream; id: string }) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size={28}
      aria-label={t.timeline.open}
      data-hint={t.timeline.open}
      renderRoot={(props) => (
        <Link {...props} to="/timeline" search={{ of: `${stream}/${id}` }} preload={false} />
      )}
    >
      <Icon name="timeline" />
    </ActionIcon>
  )
}
