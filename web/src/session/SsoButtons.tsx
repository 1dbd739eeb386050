/** The identity providers that one can sign in with. A provider that is down harms nothing here. */
import { Button, Divider, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { ssoButtonsQuery } from '../api/accountQueries'
import { t } from '../i18n'
import { safeReturn } from './session'

export function SsoButtons({ then }: { then: string | undefined }) {
  const { data } = useQuery(ssoButtonsQuery)
  if (data === undefined || data.length === 0) return null
  const search = new URLSearchParams({ return_to: safeReturn(then) }).toString()
  return (
    <Stack gap={8}>
      <Divider label={t.gate.or} labelPosition="center" />
      {data.map(({ id, name }) => (
        <Button
          key={id}
          component="a"
          href={`/api/v1/sso/${encodeURIComponent(id)}/start?${search}`}
          variant="default"
          size="md"
          fullWidth
        >
          {t.gate.signIn.withProvider(name)}
        </Button>
      ))}
    </Stack>
  )
}
