/** One's own second factor: on or off, and its backup codes. */
import { Button, Group, Modal } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Account } from '../../api/types'
import { t } from '../../i18n'
import { Section } from '../../ui/Page'
import { StatusChip } from '../../ui/StatusChip'
import { MfaEnd } from './MfaEnd'
import { MfaSetup } from './MfaSetup'
import { RenewCodes } from './RenewCodes'
import classes from '../Account.module.css'

type Dialog = 'setup' | 'end' | 'renew'

export function MfaSection({ account }: { account: Account }) {
  const { mfa } = t.account
  const { enabled, required, backup_codes_left } = account.mfa
  const queryClient = useQueryClient()
  const [dialog, setDialog] = useState<Dialog>()
  // Codes that are shown once vanish by saying that they are kept, and by nothing else.
  const [showsCodes, setShowsCodes] = useState(false)
  const showCodes = () => setShowsCodes(true)
  const done = () => {
    setDialog(undefined)
    setShowsCodes(false)
    void queryClient.invalidateQueries({ queryKey: ['account'] })
    void queryClient.invalidateQueries({ queryKey: ['session'] })
  }
  const titles = { setup: mfa.setupTitle, end: mfa.disableTitle, renew: mfa.renewTitle }
  return (
    <Section
      id="mfa"
      title={mfa.title}
      lead={mfa.lead}
      actions={
        enabled ? (
          <>
            <Button variant="default" onClick={() => setDialog('renew')}>
              {mfa.renew}
            </Button>
            {!required && (
              <Button variant="default" onClick={() => setDialog('end')}>
                {mfa.disable}
              </Button>
            )}
          </>
        ) : (
          <Button onClick={() => setDialog('setup')}>{mfa.enable}</Button>
        )
      }
    >
      <Group gap={10}>
        <StatusChip tone={enabled ? 'ok' : 'quiet'}>{enabled ? mfa.on : mfa.off}</StatusChip>
        {enabled && (
          <StatusChip tone={backup_codes_left < 3 ? 'warn' : 'quiet'}>
            {mfa.codesLeft(backup_codes_left)}
          </StatusChip>
        )}
        {required && (
          <span className={classes.note}>{enabled ? mfa.requiredHint : mfa.required}</span>
        )}
      </Group>
      <Modal
        opened={dialog !== undefined}
        onClose={done}
        title={dialog && titles[dialog]}
        closeButtonProps={{ 'aria-label': t.ask.close }}
        withCloseButton={!showsCodes}
        closeOnEscape={!showsCodes}
        closeOnClickOutside={false}
        centered
      >
        {dialog === 'setup' && (
          <MfaSetup
            email={account.email}
            hasPassword={account.has_password}
            onCodes={showCodes}
            onDone={done}
          />
        )}
        {dialog === 'end' && <MfaEnd hasPassword={account.has_password} onDone={done} />}
        {dialog === 'renew' && (
          <RenewCodes email={account.email} onCodes={showCodes} onDone={done} />
        )}
      </Modal>
    </Section>
  )
}
