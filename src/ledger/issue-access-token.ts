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
import type { LedgerClient, LedgerResources, RedeemCommand, RefreshCommand } from './commands.ts'
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
  command: RedeemCommand | RefreshCommand,
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

function checkRequestedResource({ requestedResource }: RedeemCommand | RefreshCommand, expected: string): void {
  if (requestedResource === undefined || isSameResource(requestedResource, expected)) return
  throw new ProtocolError('invalid_target', 'resource_mismatch', { detail: describeExpected([expected]) })
}

/** None of these is left to be given. */
function refuseScopes(scopes: readonly string[], present: Present, issuer: string): ProtocolError {
  const unregistered = scopes.filter((scope) => !present.catalogue.some(({ name }) => name === scope))
  if (unregistered.length === 0) {
    return new ProtocolError('invalid_scope', 'scope_not_granted', { detail: scopes.join(' '), members: { scopes } })
  }
  const detail = describeUnregistered(unregistered, present, issuer)
  return new ProtocolError('invalid_scope', 'scope_unregistered', { detail, members: { scopes } })
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

export interface SignedFor {
  tokenId: string
  issuedAt: EpochSeconds
  expiresAt: EpochSeconds
}

export function signedToken({ token }: CollectedExchange): SignedFor {
  return { tokenId: token.id, issuedAt: token.createdAt, expiresAt: token.expiresAt }
}

/** No access token outlives an approval that it rests on. */
export function boundBy({ until }: Allowance, token: SignedFor): SignedFor {
  return until === null ? token : { ...token, expiresAt: Math.min(token.expiresAt, until) }
}

/** Signs where the key lives. The grant may change meanwhile: the caller checks again before it commits. */
export async function signFor(
  ledger: Ledger,
  grant: Grant,
  allowance: Allowance,
  token: SignedFor,
  { resources, statusId }: Pick<RefreshCommand, 'resources' | 'statusId'>,
): Promise<string> {
  const { id: accountId, shard } = ledger.account
  const claims = accessTokenClaims({
    issuer: ledger.config.issuer,
    accountId,
    clientId: grant.clientId,
    resource: grant.resource,
    grantId: grant.id,
    signedInAt: grant.signedInAt,
    statusId,
    ...allowance,
    ...token,
  })
  const key = { alg: requireResource(grant.resource, resources).signingAlg, shard }
  const { jwt } = await signJwt(ledger.env, ledger.config, key, ACCESS_TOKEN_TYPE, claims)
  return jwt
}
