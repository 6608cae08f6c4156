import { describeExpected, isSameResource } from '../catalog/resource-identifier.ts'
import type { EngineSettings } from '../engine/engine.ts'
import type { CollectedExchange } from '../engine/token-exchange.ts'
import { ProtocolError } from '../errors.ts'
import type { Grant } from '../grants/grant.ts'
import { intersect, type Present } from '../grants/present.ts'
import { describeUnregistered } from '../grants/unregistered-scopes.ts'
import { signJwt } from '../keys/signing-keys.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { ACCESS_TOKEN_TYPE, accessTokenClaims } from '../tokens/access-token.ts'
import { newTokenId } from '../tokens/token-id.ts'
import type { LedgerClient, LedgerResources, TokenAnswer, TokenCommand } from './commands.ts'
import { invalidGrant, type Ledger } from './ledger.ts'

/** What of the grant this token may carry: granted, still allowed today, and asked for. */
export interface Allowance {
  scopes: readonly string[]
  organizations: readonly string[]
  until: EpochSeconds | null
}

/**
 * Throws when nothing is left of the grant, or of what the request asks for. A scope that is no longer granted, or that
 * never was, is left out and not refused: clients repeat what they first asked. `within`: a bound of the caller's.
 */
export function requireAllowance(
  ledger: Ledger,
  grant: Grant,
  command: TokenCommand,
  now: EpochSeconds,
  within?: readonly string[],
): Allowance {
  const left = intersect(grant, command.present, now)
  if (!left.ok) {
    ledger.recordRefusal(grant, left.reason, now)
    throw invalidGrant(left.reason)
  }
  checkRequestedResource(command, grant.resource)
  const grantable = within ? left.scopes.filter((scope) => within.includes(scope)) : left.scopes
  if (grantable.length === 0) throw invalidGrant('scope_missing')
  const { requestedScopes } = command
  if (!requestedScopes) return { ...left, scopes: grantable }
  const scopes = grantable.filter((scope) => requestedScopes.includes(scope))
  if (scopes.length === 0) throw refuseScopes(requestedScopes, command.present, ledger.config.issuer)
  return { ...left, scopes }
}

function checkRequestedResource({ requestedResource }: TokenCommand, expected: string): void {
  if (requestedResource === undefined || isSameResource(requestedResource, expected)) return
  throw new ProtocolError('invalid_target', 'resource_mismatch', { detail: describeExpected([expected]) })
}

/** None of these is left to be given. */
function refuseScopes(scopes: readonly string[], present: Present, issuer: string): ProtocolError {
  const unregistered = scopes.filter((scope) => !present.catalogue.some(({ name }) => name === scope))
  if (unregistered.length === 0) {
    return new ProtocolError('invalid_scope', 'scope_not_granted', { detail: scopes.join(' '), scopes })
  }
  const detail = describeUnregistered(unregistered, present, issuer)
  return new ProtocolError('invalid_scope', 'scope_unregistered', { detail, scopes })
}

export function engineSettings(
  ledger: Ledger,
  client: LedgerClient,
  resource: string,
  resources: LedgerResources,
): EngineSettings {
  const refreshes = client.grantTypes.includes('refresh_token')
  return {
    issuer: ledger.config.issuer,
    resource,
    accessTokenTtlSeconds: accessTokenTtl(resource, resources),
    refreshTokenIdleTtlSeconds: refreshes ? ledger.config.refreshTokenIdleTtlSeconds : 0,
  }
}

export function accessTokenTtl(resource: string, resources: LedgerResources): number {
  return requireResource(resource, resources).accessTokenTtlSeconds
}

function requireResource(resource: string, resources: LedgerResources) {
  const found = resources[resource]
  if (!found) throw new ProtocolError('invalid_target', 'resource_unknown')
  return found
}

/** A token that is about to be signed. */
interface Planned {
  issuedAt: EpochSeconds
  expiresAt: EpochSeconds
}

/** As the engine planned it. */
export function plannedBy({ token }: CollectedExchange): Planned {
  return { issuedAt: token.createdAt, expiresAt: token.expiresAt }
}

/** What is answered, whatever it was issued for. */
export type IssuedToken = Pick<TokenAnswer, 'accessToken' | 'expiresIn' | 'scopes'> & { expiresAt: EpochSeconds }

/**
 * Signs where the key lives. The grant may change meanwhile: the caller checks again before it commits. No access token
 * outlives an approval that it rests on.
 */
export async function issueAccessToken(
  ledger: Ledger,
  grant: Grant,
  { resources, statusId }: TokenCommand,
  { scopes, organizations, until }: Allowance,
  planned: Planned,
): Promise<IssuedToken> {
  const { id: accountId, shard } = ledger.account
  const expiresAt = Math.min(planned.expiresAt, until ?? planned.expiresAt)
  const claims = accessTokenClaims({
    issuer: ledger.config.issuer,
    accountId,
    clientId: grant.clientId,
    resource: grant.resource,
    grantId: grant.id,
    tokenId: await newTokenId(ledger.config, { accountId, grantId: grant.id }),
    signedInAt: grant.signedInAt,
    statusId,
    scopes,
    organizations,
    ...planned,
    expiresAt,
  })
  const key = { alg: requireResource(grant.resource, resources).signingAlg, shard }
  const { jwt } = await signJwt(ledger.env, ledger.config, key, ACCESS_TOKEN_TYPE, claims)
  return { accessToken: jwt, expiresIn: expiresAt - planned.issuedAt, expiresAt, scopes }
}
