import type { ClientAuthentication, PresentedClient } from '../apps/authenticate-client.ts'
import type { GrantType } from '../apps/grant-types.ts'
import { findRedirectUri } from '../apps/redirect-uri.ts'
import { describeExpected, isSameResource } from '../catalog/resource-identifier.ts'
import type { ProtocolErrorCode, Reason } from '../errors.ts'
import { type Circumstances, effectiveAccess, type RemovalCount } from '../grants/effective-access.ts'
import { describeUnregistered } from '../grants/unregistered-scopes.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import type { Revision } from './facts.ts'

/**
 * The version of what is asked here. A Worker that asks for more than an authority of another version knows must be
 * refused, not signed for: raise it with every new member that restricts.
 */
export const QUESTION_VERSION = 1

/** What a ledger says of the grant that a token is for. */
export interface GrantFacts {
  id: string
  clientId: string
  scopes: readonly string[]
  organizations: readonly string[]
  /** Absolute URI. */
  resource: string
  consentedAfter: RemovalCount
  signedInAt: EpochSeconds
  /** Compared with the registration when a code is redeemed. */
  redirectUri: string
  status: KnownStatus | null
}

/** The index of a grant's access tokens in a status list, and the revision of D1 at which it was the living one. */
export interface KnownStatus {
  id: number
  revision: Revision
}

export interface IssueQuestion {
  version: typeof QUESTION_VERSION
  /** The object that is asked, by its name. */
  authority: string
  /** Null: we ask for ourselves, in a run of a developer who tries an app. */
  client: PresentedClient | null
  clientId: string
  grantType: GrantType
  accountId: string
  /** Null: the credential is no good, and only the client is authenticated. */
  grant: GrantFacts | null
  /** Undefined: everything that the grant still allows. */
  requestedScopes: readonly string[] | undefined
  requestedResource: string | undefined
  /** A bound of the ledger's: what the first answer had. */
  within: readonly string[] | undefined
  tokenId: string
  issuedAt: EpochSeconds
}

/** What an app may do at /token, as its registration says now. */
export interface AllowedClient {
  /** Public clients rotate their refresh tokens; confidential ones keep them (RFC 9700 §4.14.2). */
  confidential: boolean
  grantTypes: readonly GrantType[]
}

export interface IssuedToken {
  jwt: string
  scopes: readonly string[]
  expiresAt: EpochSeconds
  accessTokenTtlSeconds: number
  status: KnownStatus | null
}

/** Whom a refusal is about: whoever asks, the effective access, or what this request asks for. */
export type RefusedPart = 'client' | 'access' | 'request'

export interface IssueRefusal {
  part: RefusedPart
  code: Exclude<ProtocolErrorCode, 'server_error' | 'temporarily_unavailable'>
  reason: Reason
  detail?: string
  scopes?: readonly string[]
}

export type IssueOutcome =
  | { outcome: 'issued'; client: AllowedClient; token: IssuedToken }
  /** The client is who it says it is; nothing was asked for it. */
  | { outcome: 'authenticated'; client: AllowedClient }
  | { outcome: 'refused'; refusal: IssueRefusal }
  /** Ask the first shard: no key of this one may sign yet. */
  | { outcome: 'elsewhere' }
  | { outcome: 'unavailable' }

/** What a token may carry: granted, still allowed today, and asked for. */
export interface Allowance {
  scopes: readonly string[]
  organizations: readonly string[]
  /** When an approval that it rests on ends: no token outlives it. */
  until: EpochSeconds | null
}

type Allowed = { ok: true; allowance: Allowance } | { ok: false; refusal: IssueRefusal }

export function refuseClient({ code, reason }: Extract<ClientAuthentication, { ok: false }>): IssueRefusal {
  return { part: 'client', code, reason }
}

/** RFC 6749 §5.2. */
export function checkGrantType(
  { grantType }: IssueQuestion,
  { grantTypes }: { grantTypes: readonly string[] },
): IssueRefusal | undefined {
  if (grantTypes.includes(grantType)) return undefined
  return { part: 'client', code: 'unauthorized_client', reason: 'grant_type_unregistered' }
}

/**
 * The effective access, and of it what the request asks for. A scope that is no longer granted, or that never was, is
 * left out and not refused: clients repeat what they first asked.
 */
export function allow(
  question: IssueQuestion,
  grant: GrantFacts,
  circumstances: Circumstances,
  registered: { redirectUris: readonly string[]; issuer: string },
  now: EpochSeconds,
): Allowed {
  const effective = effectiveAccess(grant, circumstances, now)
  if (!effective.ok) return refuse('access', 'invalid_grant', effective.reason)
  const { requestedScopes, requestedResource, within } = question
  if (requestedResource !== undefined && !isSameResource(requestedResource, grant.resource)) {
    return refuse('request', 'invalid_target', 'resource_mismatch', { detail: describeExpected([grant.resource]) })
  }
  if (isUnregisteredRedirect(question, grant, registered.redirectUris)) {
    return refuse('request', 'invalid_grant', 'redirect_uri_unregistered')
  }
  const grantable = within ? effective.scopes.filter((scope) => within.includes(scope)) : effective.scopes
  if (grantable.length === 0) return refuse('request', 'invalid_grant', 'scope_missing')
  if (!requestedScopes) return { ok: true, allowance: { ...effective, scopes: grantable } }
  const scopes = grantable.filter((scope) => requestedScopes.includes(scope))
  if (scopes.length === 0)
    return { ok: false, refusal: refuseScopes(requestedScopes, circumstances, registered.issuer) }
  return { ok: true, allowance: { ...effective, scopes } }
}

/** A run that tries an app comes back to an address of ours, which no app registers. */
function isUnregisteredRedirect(
  { client, grantType }: IssueQuestion,
  { redirectUri }: GrantFacts,
  uris: readonly string[],
) {
  return client !== null && grantType === 'authorization_code' && !findRedirectUri(uris, redirectUri)
}

/** None of these may be given. */
function refuseScopes(scopes: readonly string[], circumstances: Circumstances, issuer: string): IssueRefusal {
  const unregistered = scopes.filter((scope) => !circumstances.catalogue.some(({ name }) => name === scope))
  const refusal = { part: 'request', code: 'invalid_scope', scopes } as const
  if (unregistered.length === 0) return { ...refusal, reason: 'scope_not_granted', detail: scopes.join(' ') }
  return { ...refusal, reason: 'scope_unregistered', detail: describeUnregistered(unregistered, circumstances, issuer) }
}

function refuse(
  part: RefusedPart,
  code: IssueRefusal['code'],
  reason: Reason,
  more: Pick<IssueRefusal, 'detail'> = {},
): Allowed {
  return { ok: false, refusal: { part, code, reason, ...more } }
}
