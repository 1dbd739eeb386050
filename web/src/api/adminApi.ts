/** Calls of administrators: accounts, keys, and how people sign in. */
import { check, client, unwrap } from './client'
import type {
  ApiKey,
  Invited,
  Link,
  NewApiKey,
  NewApiKeyInput,
  Provider,
  ProviderSettings,
  ProviderTest,
  Role,
  SignInSettings,
  User,
  UserPage,
  UserState,
} from './types'

export interface UserFilter {
  q?: string
  role?: Role
  state?: UserState
  page: number
  page_size: number
}

const at = (id: string) => ({ params: { path: { id } } })

export const usersApi = {
  list: async (query: UserFilter, signal: AbortSignal): Promise<UserPage> =>
    unwrap(await client.GET('/api/v1/users', { params: { query }, signal })),
  get: async (id: string, signal: AbortSignal): Promise<User> =>
    unwrap(await client.GET('/api/v1/users/{id}', { ...at(id), signal })),
  invite: async (body: { email: string; role: Role; links: Link[] }): Promise<Invited> =>
    unwrap(await client.POST('/api/v1/users', { body })),
  change: async (id: string, body: { role?: Role; disabled?: boolean }): Promise<void> =>
    check(await client.PATCH('/api/v1/users/{id}', { ...at(id), body })),
  setLinks: async (id: string, links: Link[]): Promise<void> =>
    check(await client.PUT('/api/v1/users/{id}/links', { ...at(id), body: { links } })),
  /** Answers the link to hand over, `null` when it was mailed. */
  inviteAgain: async (id: string): Promise<string | null> =>
    unwrap(await client.POST('/api/v1/users/{id}/invitation', { ...at(id), body: {} })).link ??
    null,
  resetPassword: async (id: string): Promise<string | null> =>
    unwrap(await client.POST('/api/v1/users/{id}/reset', { ...at(id), body: {} })).link ?? null,
  unlock: async (id: string): Promise<void> =>
    check(await client.POST('/api/v1/users/{id}/unlock', at(id))),
  endMfa: async (id: string): Promise<void> =>
    check(await client.DELETE('/api/v1/users/{id}/mfa', at(id))),
  endSessions: async (id: string): Promise<void> =>
    check(await client.DELETE('/api/v1/users/{id}/sessions', at(id))),
  remove: async (id: string): Promise<void> =>
    check(await client.DELETE('/api/v1/users/{id}', at(id))),
}

export const keysApi = {
  list: async (): Promise<ApiKey[]> => unwrap(await client.GET('/api/v1/api-keys')).items,
  create: async (body: NewApiKeyInput): Promise<NewApiKey> =>
    unwrap(await client.POST('/api/v1/api-keys', { body })),
  rotate: async (id: string, grace_minutes: number): Promise<NewApiKey> =>
    unwrap(
      await client.POST('/api/v1/api-keys/{id}/rotate', { ...at(id), body: { grace_minutes } }),
    ),
  revoke: async (id: string): Promise<void> =>
    check(await client.DELETE('/api/v1/api-keys/{id}', at(id))),
}

export const signInApi = {
  settings: async (): Promise<SignInSettings> =>
    unwrap(await client.GET('/api/v1/settings/sign-in')),
  setSettings: async (body: SignInSettings): Promise<SignInSettings> =>
    unwrap(await client.PUT('/api/v1/settings/sign-in', { body })),

  providers: async (): Promise<Provider[]> =>
    unwrap(await client.GET('/api/v1/identity-providers')).items,
  provider: async (id: string): Promise<Provider> =>
    unwrap(await client.GET('/api/v1/identity-providers/{id}', at(id))),
  createProvider: async (body: ProviderSettings): Promise<Provider> =>
    unwrap(await client.POST('/api/v1/identity-providers', { body })),
  setProvider: async (id: string, body: ProviderSettings): Promise<Provider> =>
    unwrap(await client.PUT('/api/v1/identity-providers/{id}', { ...at(id), body })),
  deleteProvider: async (id: string): Promise<void> =>
    check(await client.DELETE('/api/v1/identity-providers/{id}', at(id))),
  testProvider: async (id: string): Promise<ProviderTest> =>
    unwrap(await client.POST('/api/v1/identity-providers/{id}/test', at(id))),
}
