/** A provider while it is edited: texts instead of absent values, and the way back. */
import type { Provider, ProviderSettings, Role } from '../../api/types'

export interface Rule {
  value: string
  role: Role
}

export interface ProviderDraft {
  name: string
  issuer: string
  client_id: string
  client_secret: string
  scopes: string[]
  role_claim: string
  role_map: Rule[]
  default_role: Role | ''
  link_claim: string
  link_origin: string
  email_domains: string[]
  create_accounts: boolean
  require_email_verified: boolean
  trust_email: boolean
  mfa_amr: string[]
  mfa_acr: string[]
  enabled: boolean
}

export function draftOf(provider: Provider | undefined): ProviderDraft {
  return {
    name: provider?.name ?? '',
    issuer: provider?.issuer ?? '',
    client_id: provider?.client_id ?? '',
    client_secret: '',
    scopes: provider?.scopes ?? ['email', 'profile'],
    role_claim: provider?.role_claim ?? '',
    role_map: provider?.role_map ?? [],
    default_role: provider?.default_role ?? '',
    link_claim: provider?.link_claim ?? '',
    link_origin: provider?.link_origin ?? '',
    email_domains: provider?.email_domains ?? [],
    create_accounts: provider?.create_accounts ?? false,
    require_email_verified: provider?.require_email_verified ?? true,
    trust_email: provider?.trust_email ?? false,
    mfa_amr: provider?.mfa_amr ?? [],
    mfa_acr: provider?.mfa_acr ?? [],
    enabled: provider?.enabled ?? true,
  }
}

/** What the API takes: without a new secret the stored one stays. */
export function settingsOf(draft: ProviderDraft): ProviderSettings {
  const text = (value: string) => (value.trim() === '' ? null : value.trim())
  const { client_secret, ...rest } = draft
  return {
    ...rest,
    name: draft.name.trim(),
    issuer: draft.issuer.trim(),
    client_id: draft.client_id.trim(),
    ...(client_secret !== '' && { client_secret }),
    role_claim: text(draft.role_claim),
    role_map: draft.role_map.filter(({ value }) => value.trim() !== ''),
    default_role: draft.default_role === '' ? null : draft.default_role,
    link_claim: text(draft.link_claim),
    link_origin: text(draft.link_origin),
  }
}
