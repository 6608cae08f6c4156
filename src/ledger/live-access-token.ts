import type { PresentedClient } from '../apps/authenticate-client.ts'
import { readAuthority } from '../authority/authority-stub.ts'
import type { KnownCaller, ReadQuestion } from '../authority/read.ts'
import type { Bindings, Config, Shard } from '../env.ts'
import { type Circumstances, effectiveAccess, type RemovalCount } from '../grants/effective-access.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import type { VerifiedClaims } from '../tokens/access-token.ts'
import type { GrantReference } from '../tokens/grant-reference.ts'
import type { PresentedAccessToken } from '../tokens/presented-access-token.ts'
import type { Inspection } from './commands.ts'
import { callLedger } from './ledger-stub.ts'
import { findUsedKey, verifyAccessToken } from './verify-access-token.ts'

/** An access token that is alive now: its grant stands, and this is its effective access. */
export interface LiveAccessToken {
  sub: string
  /** Whose ledger it is in: what `jti` names. */
  accountId: string
  clientId: string
  aud: string
  scopes: readonly string[]
  organizations: readonly string[]
  grantId: string
  tokenId: string
  issuedAt: EpochSeconds
  expiresAt: EpochSeconds
  /** When the person signed in for it, `auth_time`. */
  signedInAt: EpochSeconds
  /** Whether its app is one of this service. */
  firstParty: boolean
}

export interface LivenessQuestion {
  presented: PresentedAccessToken
  /** Near whoever asks. */
  shard: Shard
  /** Who asks at /introspect, to be authenticated in the same call. */
  caller?: PresentedClient
}

export interface Liveness {
  caller: KnownCaller | undefined
  /** Undefined for everything that is not a living access token of ours. */
  live: LiveAccessToken | undefined
}

/**
 * Asks an authority and the ledger, once each and at the same time. No database. What a token says that nobody signed
 * names whom it likes: nothing of it is looked up.
 */
export async function findLiveAccessToken(
  env: Bindings,
  config: Config,
  { presented, shard, caller }: LivenessQuestion,
  now: EpochSeconds,
): Promise<Liveness> {
  const { header, grant } = presented
  const ask = (question: Omit<ReadQuestion, 'authority'>) => readAuthority(env, shard, grant.accountId, question)
  const signedBy = findUsedKey(header.kid) ?? (await ask({ kid: header.kid })).key
  const claims = signedBy && (await verifyAccessToken(signedBy, config, presented, now))
  if (!claims) return { caller: caller && (await ask({ caller })).caller, live: undefined }
  const { client_id: clientId, aud: resource, organizations } = claims
  const access = { clientId, accountId: grant.accountId, organizations, resource }
  const [reading, inspection] = await Promise.all([
    ask({ access, kid: header.kid, ...(caller && { caller }) }),
    callLedger(env, grant.accountId, async (ledger) => ledger.inspectAccessToken(grant.grantId, claims.jti)),
  ])
  // A key that was withdrawn is not there any more.
  const circumstances = reading.key && reading.access?.circumstances
  const live = circumstances && judge(claims, grant, { circumstances, inspection }, now)
  return { caller: reading.caller, live }
}

interface Evidence {
  circumstances: Circumstances
  inspection: Inspection
}

function judge(
  claims: VerifiedClaims,
  grant: GrantReference,
  { circumstances, inspection }: Evidence,
  now: EpochSeconds,
): LiveAccessToken | undefined {
  if (!inspection.alive) return undefined
  const granted = { scopes: claims.scope.split(' '), organizations: claims.organizations, resource: claims.aud }
  const effective = effectiveAccess(withinGrant(granted, inspection), circumstances, now)
  return effective.ok ? toLiveAccessToken(claims, grant, effective, circumstances.app.firstParty) : undefined
}

/** The token may be older than a narrowing of its grant. */
function withinGrant(
  token: { scopes: readonly string[]; organizations: readonly string[]; resource: string },
  grant: { scopes: readonly string[]; organizations: readonly string[]; consentedAfter: RemovalCount },
) {
  return {
    resource: token.resource,
    consentedAfter: grant.consentedAfter,
    scopes: token.scopes.filter((scope) => grant.scopes.includes(scope)),
    organizations: token.organizations.filter((id) => grant.organizations.includes(id)),
  }
}

function toLiveAccessToken(
  claims: VerifiedClaims,
  grant: GrantReference,
  effective: { scopes: readonly string[]; organizations: readonly string[] },
  firstParty: boolean,
): LiveAccessToken {
  const { sub, aud, client_id: clientId, jti: tokenId, auth_time: signedInAt, iat, exp } = claims
  const { scopes, organizations } = effective
  const times = { issuedAt: iat, expiresAt: exp, signedInAt }
  return { sub, ...grant, clientId, aud, scopes, organizations, tokenId, ...times, firstParty }
}
