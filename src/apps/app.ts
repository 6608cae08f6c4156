import { z } from 'zod'
import { camelKeys } from '../lib/case.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { flagColumn } from '../lib/flag-column.ts'
import { jsonColumn } from '../lib/json-column.ts'

/** What an app may be registered for (RFC 6749 §1.3): what the tokens of each are called where they are counted. */
export const GRANT_TYPES = {
  authorization_code: { counted: 'New connections' },
  refresh_token: { counted: 'Refreshes' },
} as const
export type GrantType = keyof typeof GRANT_TYPES
export const GRANT_TYPE_NAMES = Object.keys(GRANT_TYPES) as GrantType[]

export const AUTH_METHODS = ['none', 'client_secret_basic', 'client_secret_post'] as const
export type TokenEndpointAuthMethod = (typeof AUTH_METHODS)[number]

/** What a developer registered; its protocol face is the client. */
export interface App {
  clientId: string
  organizationId: string
  clientName: string
  redirectUris: readonly string[]
  grantTypes: readonly GrantType[]
  tokenEndpointAuthMethod: TokenEndpointAuthMethod
  /** Always asked for, unless a request names fewer. */
  scopes: readonly string[]
  /** Asked for only when a request names them; the person may leave them out. */
  optionalScopes: readonly string[]
  clientUri: string | null
  logoUri: string | null
  policyUri: string | null
  tosUri: string | null
  contacts: readonly string[]
  visibility: 'private' | 'public'
  /** Set while the publisher's domain is verified. */
  publisherDomain: string | null
  firstParty: boolean
  /** Raised by each change of the registration: the ETag. */
  version: number
  /** Names the logo that we keep; the picture at `logoUri` is never shown from there. */
  logoHash: string | null
  createdAt: EpochSeconds
  updatedAt: EpochSeconds
  suspendedAt: EpochSeconds | null
  deletedAt: EpochSeconds | null
}

const strings = jsonColumn(z.array(z.string()))

/** What is written of an app after its registration: its settings, and what follows from them. */
export const changeableColumns = z.object({
  client_name: z.string(),
  redirect_uris: strings,
  grant_types: jsonColumn(z.array(z.enum(GRANT_TYPE_NAMES))),
  token_endpoint_auth_method: z.enum(AUTH_METHODS),
  scopes: strings,
  optional_scopes: strings,
  client_uri: z.string().nullable(),
  logo_uri: z.string().nullable(),
  policy_uri: z.string().nullable(),
  tos_uri: z.string().nullable(),
  contacts: strings,
  visibility: z.enum(['private', 'public']),
  logo_hash: z.string().nullable(),
  publisher_domain: z.string().nullable(),
})

/** What is written at its registration. */
export const registeredColumns = changeableColumns.extend({
  client_id: z.string(),
  organization_id: z.string(),
  created_at: z.number(),
  updated_at: z.number(),
})

/** A row of `apps`, as D1 returns it. */
export const appRow = camelKeys(
  registeredColumns.extend({
    first_party: flagColumn,
    version: z.number(),
    suspended_at: z.number().nullable(),
    deleted_at: z.number().nullable(),
  }),
)
