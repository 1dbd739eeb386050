/** A page after the last one, as an old address or a list that became shorter leads to. */
import { Button } from '@mantine/core'
import { formatNumber } from '../../format/number'
import { t } from '../../i18n'
import { Message } from '../../ui/Message'
import { useLogView } from '../LogView'
import type { EventPages } from '../useEventPages'

export function BeyondEnd({ pages: { pageCount, goTo } }: { pages: EventPages }) {
  const { state } = useLogView()
  return (
    <Message
      title={t.empty.beyond(formatNumber(state.page))}
      text={t.empty.beyondHint(formatNumber(pageCount))}
    >
      <Button size="xs" onClick={() => goTo(pageCount)}>
        {t.empty.lastPage}
      </Button>
    </Message>
  )
}
