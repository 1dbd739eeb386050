/** The shapes of the API by short names. They come from the API's description, not from here. */
import type { components } from './schema'

type Schemas = components['schemas']

export const STREAMS = ['audit', 'usage', 'auth', 'system'] as const satisfies Stream[]
export type Stream = Schemas['AnyEvent']['stream']

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/**
 * An event of any stream, read by the names of the catalogue; payloads come with the single event
 * only. A page that is older than its server meets fields it has no type for.
 */
export type LogEvent = Record<string, Json | undefined> & { id: string; time: string }

export type EventPage = Omit<Schemas['EventPage'], 'items'> & { items: LogEvent[] }

/** One field as the catalogue declares it: the only source of columns, filters, types and labels. */
export type Field = Schemas['FieldAnswer']
export type FieldType = Field['type']
export type Operator = Field['operators'][number]
export type Catalogue = Schemas['CatalogueAnswer']

export type Export = Schemas['ExportAnswer']
export type NewExport = Schemas['NewExportInput']

export type FieldValues = Schemas['FieldValues']
export type Histogram = Schemas['HistogramAnswer']
export type HistogramBucket = Schemas['BucketAnswer']
export type Session = Schemas['SessionAnswer']
export type Setup = Schemas['SetupAnswer']
export type Status = Schemas['StatusAnswer']
export type LedgerStatus = Schemas['LedgerAnswer']
export type EventProof = Schemas['ProofAnswer']
export type Verification = Schemas['Verification']
export type Told = Schemas['TellAnswer']
export type ErrorBody = Schemas['ErrorBody']
export type Credentials = Schemas['CredentialsInput']

export const ROLES = ['super_admin', 'billing_admin', 'auditor', 'user'] as const satisfies Role[]
export type Role = Schemas['Role']
export type Ticket = Schemas['TicketAnswer']
export type SsoButton = Schemas['SsoButton']

export type Account = Schemas['AccountAnswer']
export type OwnSession = Schemas['SessionItem']
export type MfaBegun = Schemas['MfaSetupAnswer']
export type ApiKey = Schemas['KeyAnswer']
export type NewApiKey = Schemas['NewKeyAnswer']
export type NewApiKeyInput = Schemas['NewKeyInput']
export type KeyScope = Schemas['Scope']

export const USER_STATES = [
  'active',
  'invited',
  'unverified',
  'disabled',
] as const satisfies UserState[]
export type UserState = Schemas['UserState']
export type User = Schemas['UserAnswer']
export type UserPage = Schemas['UserList']
export type Link = Schemas['NewLink']
export type Invited = Schemas['InvitedAnswer']
export type SignInSettings = Schemas['SignInSettingsBody']
export type ProviderSettings = Schemas['ProviderSettings']
export type Provider = Schemas['ProviderAnswer']
export type ProviderTest = Schemas['ProviderTest']

export type SavedView = Schemas['ViewAnswer']
export type NewSavedView = Schemas['NewViewInput']
export type SavedViewChange = Schemas['ViewChangeInput']
