/** Calls of people about themselves: the way in, and their own account. */
import { check, client, unwrap } from './client'
import type {
  Account,
  ApiKey,
  MfaBegun,
  NewApiKey,
  OwnSession,
  Session,
  SsoButton,
  Ticket,
} from './types'

export const gateApi = {
  signUp: async (email: string): Promise<void> =>
    check(await client.POST('/api/v1/sign-up', { body: { email } })),
  requestReset: async (email: string): Promise<void> =>
    check(await client.POST('/api/v1/password-reset', { body: { email } })),
  checkTicket: async (token: string): Promise<Ticket> =>
    unwrap(await client.POST('/api/v1/tickets/check', { body: { token } })),
  /** `null`: done, but a second factor is needed to sign in. */
  useTicket: async (body: { token: string; password: string }): Promise<Session | null> =>
    unwrap(await client.POST('/api/v1/tickets/use', { body })),
  ssoButtons: async (): Promise<SsoButton[]> => unwrap(await client.GET('/api/v1/sso')).items,
  /** The provider's page, to bind an identity with. */
  beginSso: async (id: string, return_to: string): Promise<string> =>
    unwrap(
      await client.POST('/api/v1/sso/{id}/start', {
        params: { path: { id } },
        body: { return_to },
      }),
    ).location,
}

export const accountApi = {
  account: async (): Promise<Account> => unwrap(await client.GET('/api/v1/account')),
  setPassword: async (body: { current: string; new: string }): Promise<void> =>
    check(await client.POST('/api/v1/account/password', { body })),

  sessions: async (): Promise<OwnSession[]> =>
    unwrap(await client.GET('/api/v1/account/sessions')).items,
  endSession: async (id: string): Promise<void> =>
    check(await client.DELETE('/api/v1/account/sessions/{id}', { params: { path: { id } } })),
  endAllSessions: async (): Promise<void> => check(await client.DELETE('/api/v1/account/sessions')),

  beginMfa: async (password: string | undefined): Promise<MfaBegun> =>
    unwrap(await client.POST('/api/v1/account/mfa', { body: { password: password ?? null } })),
  confirmMfa: async (code: string): Promise<string[]> =>
    unwrap(await client.POST('/api/v1/account/mfa/confirm', { body: { code } })).backup_codes,
  /** Gives the second factor in a session that was opened without one, by single sign-on. */
  verifyMfa: async (code: string): Promise<Session> =>
    unwrap(await client.POST('/api/v1/account/mfa/verify', { body: { code } })),
  endMfa: async (body: { password: string; code: string }): Promise<void> =>
    check(await client.DELETE('/api/v1/account/mfa', { body })),
  renewBackupCodes: async (code: string): Promise<string[]> =>
    unwrap(await client.POST('/api/v1/account/mfa/backup-codes', { body: { code } })).backup_codes,

  keys: async (): Promise<ApiKey[]> => unwrap(await client.GET('/api/v1/account/api-keys')).items,
  createKey: async (body: { name: string; expires_at?: string }): Promise<NewApiKey> =>
    unwrap(await client.POST('/api/v1/account/api-keys', { body })),
  revokeKey: async (id: string): Promise<void> =>
    check(await client.DELETE('/api/v1/account/api-keys/{id}', { params: { path: { id } } })),

  unbind: async (provider_id: string): Promise<void> =>
    check(
      await client.DELETE('/api/v1/account/identities/{provider_id}', {
        params: { path: { provider_id } },
      }),
    ),
}
