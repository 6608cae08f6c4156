import type { Context, MiddlewareHandler } from 'hono'
import { findSession } from '../../accounts/sessions.ts'
import { nearestShard } from '../../authority/nearest-shard.ts'
import type { Config } from '../../env.ts'
import { ApiError } from '../../errors.ts'
import { findLiveAccessToken } from '../../ledger/live-access-token.ts'
import { currentTime } from '../../lib/clock.ts'
import { listMemberships } from '../../organizations/organizations-store.ts'
import { readAccessToken } from '../../tokens/presented-access-token.ts'
import { announcing } from './announce.ts'
import type { ApiEnv, Caller } from './api-env.ts'
import { isCrossOrigin, isUnsafe } from './origin.ts'
import { type ApiScope, apiResource, challenge } from './protected-resource.ts'

/** With an `Authorization` header the cookie is ignored, even when the token is no good. */
export const authenticate: MiddlewareHandler<ApiEnv> = async (c, next) => {
  const authorization = c.req.header('Authorization')
  const caller = authorization === undefined ? await requireSession(c) : await requireAccessToken(c, authorization)
  c.set('caller', caller)
  return announcing(c, next)
}

/** A session may do whatever the person's role allows; an access token, what it was granted of that. */
export function requireScope(scope: ApiScope): MiddlewareHandler<ApiEnv> {
  return async function scopeRequired(c, next) {
    const caller = c.get('caller')
    if (caller.via === 'access_token' && !caller.accessToken.scopes.includes(scope)) {
      const headers = challenge(c.get('config'), { error: 'insufficient_scope', scope })
      throw new ApiError('insufficient-scope', `This needs the scope ${scope}.`, [], headers)
    }
    await next()
  }
}

async function requireSession(c: Context<ApiEnv>): Promise<Caller> {
  const config = c.get('config')
  if (isCrossOrigin(c.req, config)) throw unauthenticated(config)
  const session = await findSession(c.env, config, c.req.raw, currentTime())
  if (!session) throw unauthenticated(config)
  // A form of another site always sends an Origin; a request without one cannot be told from a forged one.
  if (isUnsafe(c.req) && !c.req.header('Origin')) {
    throw new ApiError('cross-origin', 'Send the Origin header, as browsers do, or use an access token.')
  }
  const memberships = await listMemberships(c.env.DB, session.accountId)
  return { via: 'session', accountId: session.accountId, memberships, session }
}

async function requireAccessToken(c: Context<ApiEnv>, authorization: string): Promise<Caller> {
  const config = c.get('config')
  const jwt = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization)?.[1]
  const presented = jwt ? await readAccessToken(config, jwt) : undefined
  if (presented?.claims.aud !== apiResource(config)) throw invalidToken(config)
  const question = { presented, shard: nearestShard(config, c.req.raw, presented.grant.accountId) }
  const [{ live: accessToken }, memberships] = await Promise.all([
    findLiveAccessToken(c.env, config, question, currentTime()),
    listMemberships(c.env.DB, presented.grant.accountId),
  ])
  if (!accessToken) throw invalidToken(config)
  const reachable = memberships.filter(({ organizationId }) => accessToken.organizations.includes(organizationId))
  return { via: 'access_token', accountId: accessToken.accountId, memberships: reachable, accessToken }
}

function unauthenticated(config: Config): ApiError {
  return new ApiError('unauthenticated', undefined, [], challenge(config, {}))
}

function invalidToken(config: Config): ApiError {
  const detail = 'The access token is not valid here: malformed, expired, revoked, or for another resource.'
  return new ApiError('unauthenticated', detail, [], challenge(config, { error: 'invalid_token' }))
}
