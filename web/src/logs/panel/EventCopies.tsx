/** Ways to take an event along: its address, its id, its JSON, the command that fetches it. */
import type { LogEvent } from '../../api/types'
import { t } from '../../i18n'
import type { EventKey } from '../../timeline/timelineState'
import { CopyButton } from '../../ui/CopyButton'
import { curlOf } from './curl'

interface EventCopiesProps {
  of: EventKey
  /** Undefined while it is fetched. */
  event: LogEvent | undefined
}

export function EventCopies({ of, event }: EventCopiesProps) {
  const { id } = of
  return (
    <>
      <CopyButton icon="link" size={28} text={() => location.href} label={t.panel.copyLink} />
      <CopyButton icon="id" size={28} text={id} label={t.panel.copyId} />
      <CopyButton
        icon="braces"
        size={28}
        text={() => JSON.stringify(event ?? { id }, null, 2)}
        label={t.panel.copyJson}
      />
      <CopyButton
        icon="terminal"
        size={28}
        text={() => curlOf(location.origin, of)}
        label={t.panel.copyCurl}
      />
    </>
  )
}
