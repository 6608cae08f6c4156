import type { Context, MiddlewareHandler } from 'hono'
import { challengeResponse, unavailableResponse } from './challenge.ts'
import { isPreflight, openToPages } from './cross-origin.ts'
import { KeySet, KeysUnavailable } from './key-set.ts'
import { type Protection, type ProtectionOptions, withDefaults } from './options.ts'
import { StatusLists, StatusUnavailable } from './status-lists.ts'
import { UsageReporter } from './usage-reporter.ts'
import { type AccessToken, verifyAccessToken } from './verify-access-token.ts'

/** What protected handlers find in their context. */
export interface ProtectedEnv {
  Variables: { accessToken: AccessToken; protection: Protection; usage: UsageReporter | undefined }
}

/**
 * Lets only requests with a valid access token for this API through; `c.get('accessToken')` is then the token.
 *
 * Tokens are taken from the `Authorization` header only (RFC 6750 §2.1), and verified offline with the issuer's
 * published keys. Refusals are RFC 6750 §3 challenges with `resource_metadata` (RFC 9728 §5.1): 401 without or with a
 * bad token, 400 for a malformed header, 503 while the keys, or with `revocation: 'status-list'` a trustworthy list,
 * cannot be had.
 *
 * A CORS preflight carries no token: it is answered when `cors` says who may call, and passes to what is mounted behind
 * otherwise. A handler for every method (`api.all`) then sees it, without an access token.
 *
 * Does not check scopes (see {@link requireScopes}) or roles; revocation before expiry only as `revocation` says.
 *
 * @example
 * api.use(protectResource({ issuer: 'https://id.example', resource: 'https://api.example' }))
 * api.get('/projects', requireScopes('projects:read'), listProjects)
 */
export function protectResource(options: ProtectionOptions): MiddlewareHandler<ProtectedEnv> {
  const protection = withDefaults(options)
  const keySet = new KeySet(protection)
  const statusLists = new StatusLists(protection, keySet)
  const usage = protection.reportUsage && new UsageReporter(protection)
  const pages = openToPages(protection)

  /** The refusal of a request, or undefined: its token is in the context. */
  async function admit(c: Context<ProtectedEnv>): Promise<Response | undefined> {
    const bearer = readBearer(c)
    if (bearer === undefined) return challengeResponse(protection, 'none')
    if (bearer === null) return challengeResponse(protection, 'invalid_request')
    try {
      const accessToken = await verifyAccessToken(bearer, protection, keySet)
      if (!accessToken) return challengeResponse(protection, 'invalid_token')
      if (protection.revocation === 'status-list' && !(await statusLists.isValid(accessToken.claims))) {
        return challengeResponse(protection, 'invalid_token')
      }
      c.set('accessToken', accessToken)
      c.set('usage', usage)
      return undefined
    } catch (error) {
      if (error instanceof KeysUnavailable || error instanceof StatusUnavailable) return unavailableResponse()
      throw error
    }
  }

  return async function protectedResource(c, next) {
    c.set('protection', protection)
    async function guarded(): Promise<void> {
      const refusal = await admit(c)
      if (refusal) {
        c.res = refusal
        return
      }
      await next()
      usage?.reportWhenDue(c)
    }
    if (pages) return pages(c, guarded)
    return isPreflight(c.req) ? next() : guarded()
  }
}

/** Refuses with 403 `insufficient_scope`, naming all of them, unless the token has every one of these scopes. */
export function requireScopes(...required: readonly string[]): MiddlewareHandler<ProtectedEnv> {
  return async function requiredScopes(c, next) {
    const accessToken: AccessToken | undefined = c.get('accessToken')
    // A preflight that passed: only a handler for every method comes here with it.
    if (!accessToken) return challengeResponse(c.get('protection'), 'none', required)
    if (required.every((scope) => accessToken.scopes.includes(scope))) {
      c.get('usage')?.note(accessToken, required)
      return next()
    }
    return challengeResponse(c.get('protection'), 'insufficient_scope', required)
  }
}

/** Undefined: no token was sent. Null: something was, that is not exactly one token. */
function readBearer(c: Context<ProtectedEnv>): string | null | undefined {
  const authorization = c.req.header('Authorization')
  if (authorization === undefined) return undefined
  const match = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(authorization)
  if (match?.[1]) return match[1]
  return /^bearer\b/i.test(authorization) ? null : undefined
}
