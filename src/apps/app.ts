import { z } from 'zod'
import type { EpochSeconds } from '../lib/clock.ts'
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

/** A row of `apps`, as D1 returns it. */
export const appRow = z
  .object({
    client_id: z.string(),
    organization_id: z.string(),
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
    publisher_domain: z.string().nullable(),
    first_party: z.number(),
    version: z.number(),
    logo_hash: z.string().nullable(),
    created_at: z.number(),
    updated_at: z.number(),
    suspended_at: z.number().nullable(),
    deleted_at: z.number().nullable(),
  })
  .transform(
    (row): App => ({
      clientId: row.client_id,
      organizationId: row.organization_id,
      clientName: row.client_name,
      redirectUris: row.redirect_uris,
      grantTypes: row.grant_types,
      tokenEndpointAuthMethod: row.token_endpoint_auth_method,
      scopes: row.scopes,
      optionalScopes: row.optional_scopes,
      clientUri: row.client_uri,
      logoUri: row.logo_uri,
      policyUri: row.policy_uri,
      tosUri: row.tos_uri,
      contacts: row.contacts,
      visibility: row.visibility,
      publisherDomain: row.publisher_domain,
      firstParty: row.first_party === 1,
      version: row.version,
      logoHash: row.logo_hash,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
      suspendedAt: row.suspended_at,
      deletedAt: row.deleted_at,
    }),
  )
