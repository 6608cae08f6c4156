import type { GrantType } from '../apps/grant-types.ts'
import { issueIfAllowed } from '../authority/authority-stub.ts'
import { type AllowedClient, type GrantFacts, type IssuedToken, QUESTION_VERSION } from '../authority/issue.ts'
import type { EngineSettings } from '../engine/engine.ts'
import type { Grant } from '../grants/grant.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { newTokenId } from '../tokens/token-id.ts'
import type { TokenAnswer, TokenCommand } from './commands.ts'
import { type Ledger, RefusedByAuthority } from './ledger.ts'

interface Wanted {
  grantType: GrantType
  /** Undefined: the credential is no good, and only the client is authenticated. */
  grant: Grant | undefined
  /** A bound: a repeat never gets more than the first answer did. */
  within?: readonly string[] | undefined
}

export interface Issued {
  client: AllowedClient
  /** Undefined when no grant was named. */
  token: IssuedToken | undefined
}

/**
 * One call to where the keys are: the client first, then the effective access, then the signature. The grant may
 * change meanwhile: the caller checks again before it commits.
 */
export async function issueAccessToken(
  ledger: Ledger,
  command: TokenCommand,
  { grantType, grant, within }: Wanted,
  now: EpochSeconds,
): Promise<Issued> {
  const { accountId, client, clientId, requestedScopes, requestedResource } = command
  const outcome = await issueIfAllowed(ledger.env, ledger.config, ledger.shard, {
    version: QUESTION_VERSION,
    accountId,
    client,
    clientId,
    grantType,
    grant: grant ? grantFacts(grant) : null,
    requestedScopes,
    requestedResource,
    within,
    tokenId: await newTokenId(ledger.config, { accountId, grantId: command.grantId }),
    issuedAt: now,
  })
  if (outcome.outcome === 'refused') {
    const { part, code, reason, detail, scopes } = outcome.refusal
    if (grant && part === 'access') ledger.recordRefusal(grant, reason, now)
    throw new RefusedByAuthority(part, code, reason, { ...(detail && { detail }), ...(scopes && { scopes }) })
  }
  return { client: outcome.client, token: outcome.outcome === 'issued' ? outcome.token : undefined }
}

function grantFacts(grant: Grant): GrantFacts {
  const { id, clientId, scopes, organizations, resource, consentedAfter, signedInAt, redirectUri, status } = grant
  return { id, clientId, scopes, organizations, resource, consentedAfter, signedInAt, redirectUri, status }
}

/** What the engine is told of the client that the authority just allowed, and of the token that it signed. */
export function engineSettings(
  ledger: Ledger,
  { grantTypes }: AllowedClient,
  resource: string,
  { accessTokenTtlSeconds }: IssuedToken,
): EngineSettings {
  const refreshes = grantTypes.includes('refresh_token')
  return {
    issuer: ledger.config.issuer,
    resource,
    accessTokenTtlSeconds,
    refreshTokenIdleTtlSeconds: refreshes ? ledger.config.refreshTokenIdleTtlSeconds : 0,
  }
}

/** The redirect URI was compared with the registration where that is known. */
export function engineClient({ clientId, redirectUri }: Grant, { grantTypes }: AllowedClient) {
  return { clientId, redirectUris: [redirectUri], grantTypes }
}

export function tokenAnswer(
  { jwt, scopes, expiresAt }: IssuedToken,
  refreshToken: string | null,
  now: EpochSeconds,
): TokenAnswer {
  return { accessToken: jwt, expiresIn: expiresAt - now, refreshToken, scopes }
}
