import type { Bindings, Config } from '../env.ts'
import { intersect, type RemovalCount } from '../grants/present.ts'
import { parseVerificationKey, verificationKeyStatement } from '../keys/keys-store.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { batch } from '../lib/d1.ts'
import type { VerifiedClaims } from '../tokens/access-token.ts'
import type { GrantReference } from '../tokens/grant-reference.ts'
import { type PresentedAccessToken, readAccessToken } from '../tokens/presented-access-token.ts'
import { callLedger } from './ledger-stub.ts'
import { type PresentContext, parsePresent, presentStatement } from './present-store.ts'
import { verifyAccessToken } from './verify-access-token.ts'

/** An access token that is alive now: its grant stands, and this is what is left of it today. */
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

/** Asks D1 once and the ledger once. Undefined for everything that is not a living access token of ours. */
export async function findLiveAccessToken(
  env: Bindings,
  config: Config,
  jwt: string,
  now: EpochSeconds,
): Promise<LiveAccessToken | undefined> {
  const presented = await readAccessToken(config, jwt)
  if (!presented) return undefined
  const statements = livenessStatements(env.DB, presented, now)
  const [presentResult, keyResult] = await batch(env.DB, statements)
  const presentRow = presentResult?.results[0]
  const context = presentRow ? parsePresent(presentRow, config) : undefined
  return checkLiveness(env, config, presented, { context, keyRow: keyResult?.results[0] }, now)
}

/** The app and the key that the token names, with the account of its `jti`: for a batch of the caller's. */
export function livenessStatements(
  db: D1Database,
  { header, claims, grant }: PresentedAccessToken,
  now: EpochSeconds,
): [D1PreparedStatement, D1PreparedStatement] {
  return [
    presentStatement(db, claims.client_id, { accountId: grant.accountId }, now),
    verificationKeyStatement(db, header.kid),
  ]
}

interface Evidence {
  context: PresentContext | undefined
  keyRow: unknown
}

export async function checkLiveness(
  env: Bindings,
  config: Config,
  { jwt, grant }: PresentedAccessToken,
  { context, keyRow }: Evidence,
  now: EpochSeconds,
): Promise<LiveAccessToken | undefined> {
  const key = keyRow === undefined ? undefined : parseVerificationKey(keyRow)
  if (!key || !context?.account) return undefined
  const claims = await verifyAccessToken(key, config, jwt, now)
  if (!claims) return undefined
  const inspection = await callLedger(env, grant.accountId, async (ledger) =>
    ledger.inspectAccessToken(grant.grantId, claims.jti),
  )
  if (!inspection.alive) return undefined
  const granted = { scopes: claims.scope.split(' '), organizations: claims.organizations, resource: claims.aud }
  const left = intersect(withinGrant(granted, inspection), context.present, now)
  return left.ok ? toLiveAccessToken(claims, grant, left, context.app.firstParty) : undefined
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
  left: { scopes: readonly string[]; organizations: readonly string[] },
  firstParty: boolean,
): LiveAccessToken {
  const { sub, aud, client_id: clientId, jti: tokenId, auth_time: signedInAt, iat, exp } = claims
  const { scopes, organizations } = left
  const times = { issuedAt: iat, expiresAt: exp, signedInAt }
  return { sub, ...grant, clientId, aud, scopes, organizations, tokenId, ...times, firstParty }
}
