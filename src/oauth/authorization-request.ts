import type { App } from '../apps/app.ts'
import { findRedirectUri } from '../apps/redirect-uri.ts'
import { isTrying, tryRedirectUri } from '../apps/try-run.ts'
import type { Scope } from '../catalog/catalog.ts'
import { listScopes } from '../catalog/catalog-store.ts'
import { describeExpected, isSameResource } from '../catalog/resource-identifier.ts'
import type { Bindings, Config } from '../env.ts'
import { ProtocolError, type ProtocolErrorCode, type Reason } from '../errors.ts'
import { describeUnregistered } from '../grants/unregistered-scopes.ts'
import { type ConsentContext, findConsentContext } from '../ledger/consent-context-store.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { AuthorizationRefusal, type ResponseTarget } from './authorization-response.ts'
import { isEncodedUtf8, type Parameters, parseParameters } from './form.ts'
import { MistakenRequest } from './mistaken-request.ts'
import { type Prompt, parsePrompt } from './prompt.ts'
import { parseScope } from './scope.ts'
import { isTrusted } from './trust.ts'

/** An authorization request in which everything that does not need the person was checked. */
export interface AuthorizationRequest {
  app: App
  context: ConsentContext
  target: ResponseTarget
  codeChallenge: string
  /** As the catalogue describes them; those of `app.optionalScopes` may be left out by the person. */
  scopes: readonly Scope[]
  resource: string
  prompt: Prompt
  maxAgeSeconds: number | undefined
}

/**
 * RFC 6749 §4.1.1, RFC 7636 §4.3, RFC 8707 §2. Until app and redirect URI are known, a refusal is a page; after
 * that it is told to the app.
 */
export async function checkAuthorizationRequest(
  env: Bindings,
  config: Config,
  search: string,
  accountId: string | null,
  now: EpochSeconds,
): Promise<AuthorizationRequest> {
  if (!isEncodedUtf8(search)) throw new ProtocolError('invalid_request', 'parameter_malformed')
  const query = new URLSearchParams(search)
  const clientId = requireOnly(query, 'client_id', 'client_id_missing')
  const registered = await requireApp(env, config, clientId, accountId)
  const context = await withTryRun(env, config, query, registered, now)
  const target = requireTarget(config, query, context)
  return refusingTo(target, async () => {
    const parameters = parseParameters(query)
    checkRequestObject(parameters)
    checkResponse(parameters)
    const codeChallenge = requireChallenge(parameters)
    const scopes = requireScopes(parameters, context, await listScopes(env.DB, config.issuer), config.issuer)
    const { app } = context
    const [prompt, maxAgeSeconds] = [parsePrompt(parameters.prompt), parseMaxAge(parameters.max_age)]
    const resource = requireResource(parameters, scopes)
    return { app, context, target, codeChallenge, scopes, resource, prompt, maxAgeSeconds }
  })
}

/** What decides where a refusal may go must itself be beyond doubt: exactly one value. */
function requireOnly(query: URLSearchParams, name: string, missing: Reason): string {
  const values = query.getAll(name).filter(Boolean)
  if (values.length > 1) throw new ProtocolError('invalid_request', 'parameter_repeated', { detail: name })
  if (!values[0]) throw new ProtocolError('invalid_request', missing)
  return values[0]
}

async function requireApp(
  env: Bindings,
  config: Config,
  clientId: string,
  accountId: string | null,
): Promise<ConsentContext> {
  const context = await findConsentContext(env.DB, config, clientId, accountId === null ? null : { accountId })
  if (!context) throw MistakenRequest.unknownApp(clientId)
  if (context.app.deletedAt !== null) throw new ProtocolError('invalid_request', 'app_deleted')
  if (context.circumstances.app.suspended || context.circumstances.app.ownerSuspended) {
    throw new ProtocolError('invalid_request', 'app_suspended')
  }
  return context
}

/** While a developer tries their own app, its test page counts as registered: for them, and for nobody else. */
async function withTryRun(
  env: Bindings,
  { issuer }: Config,
  query: URLSearchParams,
  context: ConsentContext,
  now: EpochSeconds,
): Promise<ConsentContext> {
  const { app, account } = context
  const redirectUri = tryRedirectUri(issuer, app.clientId)
  if (!account || query.get('redirect_uri') !== redirectUri) return context
  if (!(await isTrying(env, { clientId: app.clientId, accountId: account.id }, now))) return context
  return { ...context, app: { ...app, redirectUris: [...app.redirectUris, redirectUri] } }
}

function requireTarget(config: Config, query: URLSearchParams, context: ConsentContext): ResponseTarget {
  const { app, circumstances } = context
  const requested = requireOnly(query, 'redirect_uri', 'redirect_uri_missing')
  const redirectUri = findRedirectUri(app.redirectUris, requested)
  if (!redirectUri) throw MistakenRequest.unregisteredRedirectUri(requested, context)
  const state = query.get('state') || undefined
  return { redirectUri, state, issuer: config.issuer, clientId: app.clientId, trusted: isTrusted(app, circumstances) }
}

/** From here on a refusal goes back to the app. */
export async function refusingTo<T>(target: ResponseTarget, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ProtocolError) || error instanceof AuthorizationRefusal) throw error
    throw new AuthorizationRefusal(target, error.code, error.reason, error.options.detail)
  }
}

/** A private app is for the members of its own organization. */
export function checkMembership(request: AuthorizationRequest): void {
  if (request.context.circumstances.accountSuspended) throw new ProtocolError('access_denied', 'account_suspended')
  if (isStranger(request)) throw new ProtocolError('access_denied', 'app_private')
}

export function isStranger({ context: { circumstances } }: AuthorizationRequest): boolean {
  const isMember = circumstances.memberships.some(
    ({ organizationId }) => organizationId === circumstances.app.organizationId,
  )
  return circumstances.app.visibility === 'private' && !isMember
}

/** What a request object says would be ignored, and it may say less than the rest (RFC 9101 §6.3, RFC 9126). */
function checkRequestObject({ request, request_uri }: Parameters): void {
  if (request !== undefined) throw refuse('request_not_supported', 'request_object')
  if (request_uri !== undefined) throw refuse('request_uri_not_supported', 'request_object')
}

function checkResponse({ response_type, response_mode }: Parameters): void {
  if (response_type !== 'code') throw refuse('unsupported_response_type', 'response_type')
  if (response_mode !== undefined && response_mode !== 'query') throw refuse('invalid_request', 'response_mode')
}

/** S256 from everyone, and said aloud: the default of RFC 7636 would be `plain`. */
function requireChallenge({ code_challenge, code_challenge_method }: Parameters): string {
  if (!code_challenge) throw refuse('invalid_request', 'code_challenge_missing')
  if (code_challenge_method !== 'S256') throw refuse('invalid_request', 'code_challenge_method')
  if (!/^[A-Za-z0-9_-]{43}$/.test(code_challenge)) throw refuse('invalid_request', 'code_challenge_malformed')
  return code_challenge
}

/** Left out, `scope` means everything that the app always needs. */
function requireScopes(
  { scope }: Parameters,
  { app, circumstances }: ConsentContext,
  catalogue: readonly Scope[],
  issuer: string,
): readonly Scope[] {
  const names = parseScope(scope) ?? app.scopes
  if (names.length === 0) throw refuse('invalid_scope', 'scope_missing')
  const registered = circumstances.catalogue.map(({ name }) => name)
  const found = catalogue.filter(({ name }) => names.includes(name) && registered.includes(name))
  const unknown = names.filter((name) => !found.some((entry) => entry.name === name))
  if (unknown.length > 0) {
    throw refuse('invalid_scope', 'scope_unregistered', describeUnregistered(unknown, circumstances, issuer))
  }
  return found
}

/** One authorization concerns one resource; without `resource` it follows from the scopes. `aud` is as registered. */
function requireResource({ resource }: Parameters, scopes: readonly Scope[]): string {
  const [first, ...others] = new Set(scopes.map((scope) => scope.resource))
  if (first === undefined || others.length > 0) throw refuse('invalid_target', 'scope_of_two_resources')
  if (resource === undefined || isSameResource(resource, first)) return first
  throw refuse('invalid_target', 'resource_mismatch', describeExpected([first]))
}

function parseMaxAge(maxAge: string | undefined): number | undefined {
  if (maxAge === undefined) return undefined
  if (!/^\d{1,9}$/.test(maxAge)) throw refuse('invalid_request', 'parameter_malformed', 'max_age')
  return Number(maxAge)
}

function refuse(code: ProtocolErrorCode, reason: Reason, detail?: string): ProtocolError {
  return new ProtocolError(code, reason, detail ? { detail } : {})
}
