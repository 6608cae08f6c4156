import type { Bindings, Config } from '../env.ts'
import { intersect, type RemovalCount } from '../grants/present.ts'
import { parseVerificationKey, verificationKeyStatement } from '../keys/keys-store.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { batch } from '../lib/d1.ts'
import { parseAccessToken, type UnverifiedAccessToken, type VerifiedClaims } from '../tokens/access-token.ts'
import { callLedger } from './ledger-stub.ts'
import { type PresentContext, parsePresent, presentStatement } from './present-store.ts'
import { verifyAccessToken } from './verify-access-token.ts'

/** An access token that is alive now: its grant stands, and this is what is left of it today. */
export interface LiveAccessToken {
  sub: string
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
  const unverified = parseAccessToken(jwt)
  if (!unverified) return undefined
  const statements = livenessStatements(env.DB, unverified, now)
  const [presentResult, keyResult] = await batch(env.DB, statements)
  const presentRow = presentResult?.results[0]
  const context = presentRow ? parsePresent(presentRow, config) : undefined
  return checkLiveness(env, config, jwt, { context, keyRow: keyResult?.results[0] }, now)
}

/** The app with its account, and the key, that the token names: for a batch of the caller's. */
export function livenessStatements(
  db: D1Database,
  { header, claims }: UnverifiedAccessToken,
  now: EpochSeconds,
): [D1PreparedStatement, D1PreparedStatement] {
  return [
    presentStatement(db, claims.client_id, { accountId: claims.sub }, now),
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
  jwt: string,
  { context, keyRow }: Evidence,
  now: EpochSeconds,
): Promise<LiveAccessToken | undefined> {
  const key = keyRow === undefined ? undefined : parseVerificationKey(keyRow)
  if (!key || !context?.account) return undefined
  const claims = await verifyAccessToken(key, config, jwt, now)
  if (!claims) return undefined
  const inspection = await callLedger(env, claims.sub, async (ledger) =>
    ledger.inspectAccessToken(claims.grant_id, claims.jti),
  )
  if (!inspection.alive) return undefined
  const granted = { scopes: claims.scope.split(' '), organizations: claims.organizations, resource: claims.aud }
  const left = intersect(withinGrant(granted, inspection), context.present, now)
  return left.ok ? toLiveAccessToken(claims, left, context.app.firstParty) : undefined
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
  left: { scopes: readonly string[]; organizations: readonly string[] },
  firstParty: boolean,
): LiveAccessToken {
  const { sub, aud, client_id: clientId, grant_id: grantId, jti: tokenId, auth_time: signedInAt, iat, exp } = claims
  const { scopes, organizations } = left
  const times = { issuedAt: iat, expiresAt: exp, signedInAt }
  return { sub, clientId, aud, scopes, organizations, grantId, tokenId, ...times, firstParty }
}
