/** Invites somebody: address, role, and whose usage is theirs. */
import { Button, Modal, NativeSelect, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { usersApi } from '../../api/adminApi'
import { ROLES, type Link, type Role } from '../../api/types'
import { t } from '../../i18n'
import { settingsTexts } from '../../i18n/settings'
import { fieldError, formError } from '../../ui/describeError'
import { formText, useAction } from '../../ui/forms'
import { Notice } from '../../ui/Notice'
import { HandedLink } from './HandedLink'
import { LinkRows } from './LinkRows'
import { completeLinks } from './links'

export function InviteDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const texts = settingsTexts().users
  const action = useAction(usersApi.invite, { renews: [['users']] })
  const close = () => {
    onClose()
    action.reset()
  }
  const invited = action.data
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={invited ? texts.invited(invited.user.email) : texts.inviteTitle}
      closeButtonProps={{ 'aria-label': t.ask.close }}
      closeOnClickOutside={!invited}
      centered
      size="lg"
    >
      {invited ? (
        <HandedLink
          label={texts.invitationLink}
          link={invited.link ?? null}
          email={invited.user.email}
          mailed={texts.invitedMailed(invited.user.email)}
          onDone={close}
        />
      ) : (
        <InviteForm error={action.error} pending={action.isPending} onSubmit={action.mutate} />
      )}
    </Modal>
  )
}

interface InviteFormProps {
  error: Error | null
  pending: boolean
  onSubmit: (input: { email: string; role: Role; links: Link[] }) => void
}

function InviteForm({ error, pending, onSubmit }: InviteFormProps) {
  const texts = settingsTexts().users
  const [role, setRole] = useState<Role>('user')
  const [links, setLinks] = useState<Link[]>([])
  const [problems, setProblems] = useState<{ email?: string; links?: string }>({})
  const submit = (event: React.SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const email = formText(new FormData(event.currentTarget), 'email').trim()
    const complete = completeLinks(links)
    setProblems({
      ...(email === '' && { email: t.gate.emailMissing }),
      ...(!complete && { links: settingsTexts().links.incomplete }),
    })
    if (email !== '' && complete) onSubmit({ email, role, links: complete })
  }
  const said = formError(error, ['email', 'links', 'origin', 'user_id'])
  const linkError = ['links', 'origin', 'user_id'].map((name) => fieldError(error, name))
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap={14}>
        {said !== undefined && <Notice tone="bad">{said}</Notice>}
        <TextInput
          label={texts.email}
          name="email"
          type="email"
          autoComplete="off"
          data-autofocus
          error={problems.email ?? fieldError(error, 'email')}
        />
        <NativeSelect
          label={texts.role}
          description={texts.roleHints[role]}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          value={role}
          onChange={(event) => {
            const chosen = event.currentTarget.value
            setRole(ROLES.find((known) => known === chosen) ?? 'user')
          }}
          data={ROLES.map((value) => ({ value, label: t.roles[value] }))}
        />
        <div>
          <Text fw={500} size="sm" mb={2}>
            {texts.inviteLinks}
          </Text>
          <LinkRows
            links={links}
            onChange={setLinks}
            error={problems.links ?? linkError.find((text) => text !== undefined)}
          />
        </div>
        <Button type="submit" loading={pending}>
          {texts.inviteSubmit}
        </Button>
      </Stack>
    </form>
  )
}
