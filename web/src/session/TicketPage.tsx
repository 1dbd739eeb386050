/** The page behind a link that was sent: an invitation, a sign-up, a new password. */
import { Anchor, Group, Skeleton, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useLocation } from '@tanstack/react-router'
import { useState } from 'react'
import { gateApi } from '../api/accountApi'
import { hasCode } from '../api/errors'
import { t } from '../i18n'
import { describeError } from '../ui/describeError'
import { GateMessage } from './GateMessage'
import { GatePage } from './GatePage'
import { TicketForm } from './TicketForm'

export function TicketPage() {
  // Browsers never send what stands behind `#`: the token reaches the server in a body only.
  const token = useLocation({ select: (location) => location.hash.replace(/^#/, '') })
  const [used, setUsed] = useState(false)
  const ticket = useQuery({
    queryKey: ['gate', 'ticket', token],
    queryFn: () => gateApi.checkTicket(token),
    enabled: token !== '' && !used,
    retry: false,
  })
  const texts = t.gate.ticket
  if (used) {
    return (
      <GatePage title={texts.done}>
        <GateMessage tone="info" title={texts.done} text={texts.doneHint} />
      </GatePage>
    )
  }
  if (token === '' || ticket.error) {
    const invalid = token === '' || hasCode(ticket.error, 'ticket_invalid')
    return (
      <GatePage title={texts.invalidTitle}>
        <GateMessage
          tone="bad"
          title={texts.invalid}
          text={
            token === '' ? texts.missing : invalid ? texts.invalidHint : describeError(ticket.error)
          }
        >
          <Group>
            <Anchor component={Link} to="/forgot-password">
              {texts.newLink}
            </Anchor>
          </Group>
        </GateMessage>
      </GatePage>
    )
  }
  if (!ticket.data) {
    return (
      <GatePage title={texts.checking}>
        <Stack gap={14} aria-hidden>
          <Skeleton height={20} width="80%" />
          <Skeleton height={42} />
          <Skeleton height={42} />
          <Skeleton height={42} />
        </Stack>
      </GatePage>
    )
  }
  return (
    <GatePage title={texts.titles[ticket.data.kind]}>
      <TicketForm token={token} ticket={ticket.data} onUsed={() => setUsed(true)} />
    </GatePage>
  )
}
