import type { Context } from 'hono'
import { readAuthority } from '../authority/authority-stub.ts'
import { nearestShard } from '../authority/nearest-shard.ts'
import type { AppEnv } from '../env.ts'
import { ProtocolError } from '../errors.ts'
import { findLiveAccessToken, type LiveAccessToken } from '../ledger/live-access-token.ts'
import { currentTime } from '../lib/clock.ts'
import { parseGrantCredential } from '../tokens/grant-credential.ts'
import { type PresentedAccessToken, readAccessToken } from '../tokens/presented-access-token.ts'
import { readForm } from './form.ts'
import { introspectRefreshToken } from './introspect-refresh-token.ts'
import { type IntrospectionCaller, presentedCaller, requireCaller } from './introspection-caller.ts'
import { type PresentedCredentials, parsePresentedCredentials } from './presented-credentials.ts'

const INACTIVE = { active: false } as const

/** POST /introspect (RFC 7662): an authority and the ledger, and no database; what may not be known looks inactive. */
export async function introspect(c: Context<AppEnv>): Promise<Response> {
  const parameters = await readForm(c.req.raw)
  const credentials = parsePresentedCredentials(c.req.header('Authorization') ?? null, parameters)
  const { token } = parameters
  if (!token) throw new ProtocolError('invalid_request', 'token_missing')
  const answer = await describe(c, token, credentials)
  return c.json(answer, 200, { 'Cache-Control': 'no-store' })
}

async function describe(c: Context<AppEnv>, token: string, credentials: PresentedCredentials) {
  const config = c.get('config')
  const caller = await presentedCaller(config, credentials)
  const shardFor = (about: string) => nearestShard(config, c.req.raw, about)
  const [accessToken, refreshToken] = await Promise.all([
    readAccessToken(config, token),
    parseGrantCredential(config, 'refreshToken', token),
  ])
  if (refreshToken) return introspectRefreshToken(c, { token, credential: refreshToken, caller, credentials })
  if (!accessToken) {
    // Not ours: whoever asks is still told whether its own credentials are good.
    const known = await readAuthority(c.env, shardFor(caller.clientId), caller.clientId, { caller })
    requireCaller(credentials, known.caller)
    return INACTIVE
  }
  const question = { presented: accessToken, shard: shardFor(accessToken.grant.accountId), caller }
  const liveness = await findLiveAccessToken(c.env, config, question, currentTime())
  const mayKnow = mayAsk(requireCaller(credentials, liveness.caller), accessToken)
  return mayKnow && liveness.live ? activeAnswer(config.issuer, liveness.live) : INACTIVE
}

function activeAnswer(issuer: string, live: LiveAccessToken) {
  return {
    active: true,
    iss: issuer,
    sub: live.sub,
    aud: live.aud,
    client_id: live.clientId,
    scope: live.scopes.join(' '),
    organizations: live.organizations,
    grant_id: live.grantId,
    jti: live.tokenId,
    token_type: 'Bearer',
    iat: live.issuedAt,
    exp: live.expiresAt,
  }
}

/** A resource sees access tokens for itself; a confidential app sees its own. */
function mayAsk(caller: IntrospectionCaller, { claims }: PresentedAccessToken): boolean {
  return caller.kind === 'resource' ? claims.aud === caller.identifier : claims.client_id === caller.clientId
}
