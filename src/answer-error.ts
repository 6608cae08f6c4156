import type { Context } from 'hono'
import { type AppEnv, ConfigurationError } from './env.ts'
import { API_PROBLEMS, ApiError, HostError, PageError, ProtocolError, REASONS } from './errors.ts'
import { requestId } from './lib/request-id.ts'
import { StorageUnavailable } from './lib/storage.ts'
import { isForClients } from './oauth/endpoints.ts'
import { MistakenRequest } from './oauth/mistaken-request.ts'
import { mistakenRequestPage } from './oauth/mistaken-request-page.tsx'
import { errorPage } from './ui/error-page.tsx'

const RETRY_AFTER_SECONDS = '5'

/** The one place where a refusal or a failure becomes a response. */
export function answerError(error: Error, c: Context<AppEnv>): Response | Promise<Response> {
  logUnlessRefusal(error, c)
  if (error instanceof ConfigurationError) return answerConfiguration(error, c)
  if (error instanceof HostError) return c.text(`This service answers at ${error.issuer} only.\n`, 421)
  const path = new URL(c.req.url).pathname
  if (path.startsWith('/api/')) return answerApi(toApiError(error), c)
  if (isForClients(path) && !(error instanceof PageError)) return answerProtocol(toProtocolError(error), c)
  return answerPage(error, c)
}

export function answerNotFound(c: Context<AppEnv>): Response | Promise<Response> {
  const nothing = new PageError(
    404,
    'There is no page at this address.',
    'Check the address, or start at the front page.',
  )
  const path = new URL(c.req.url).pathname
  if (path.startsWith('/api/')) return answerError(new ApiError('not-found'), c)
  return isForClients(path) ? answerMissingDocument(c) : answerError(nothing, c)
}

/** For a client that looks for a document or an endpoint that others have, such as `/register`. */
function answerMissingDocument(c: Context<AppEnv>): Response {
  c.header('Cache-Control', 'no-store')
  return c.json({ error: 'not_found', error_description: 'There is nothing at this address.' }, 404)
}

const REFUSALS = [ProtocolError, ApiError, PageError, HostError]

function logUnlessRefusal(error: Error, c: Context<AppEnv>): void {
  if (REFUSALS.some((refusal) => error instanceof refusal)) return
  const cause = error.cause instanceof Error ? ` (${error.cause.name}: ${error.cause.message})` : ''
  console.error(`${requestId(c.req.raw)} ${c.req.method} ${loggedPath(c)}: ${error.name}: ${error.message}${cause}`)
}

/** The rest of such a path is a secret of the person who was sent it. */
function loggedPath({ req }: Context<AppEnv>): string {
  return req.path.replace(/^\/invitations\/.+/, '/invitations/…')
}

function answerConfiguration(error: ConfigurationError, c: Context<AppEnv>): Response {
  return c.json({ error: 'server_error', error_description: error.message }, 500)
}

function toProtocolError(error: Error): ProtocolError {
  if (error instanceof ProtocolError) return error
  if (error instanceof StorageUnavailable) return new ProtocolError('temporarily_unavailable', 'storage_unavailable')
  return new ProtocolError('server_error', 'unexpected')
}

function answerProtocol(error: ProtocolError, c: Context<AppEnv>): Response {
  c.header('Cache-Control', 'no-store')
  if (error.status === 503) c.header('Retry-After', RETRY_AFTER_SECONDS)
  addHeaders(c, error.options.headers)
  const { scopes } = error.options
  return c.json({ error: error.code, error_description: error.description, ...(scopes && { scopes }) }, error.status)
}

function toApiError(error: Error): ApiError {
  if (error instanceof ApiError) return error
  if (error instanceof StorageUnavailable) return new ApiError('unavailable')
  return new ApiError('unexpected')
}

function answerApi(error: ApiError, c: Context<AppEnv>): Response {
  c.header('Cache-Control', 'no-store')
  if (error.status === 503) c.header('Retry-After', RETRY_AFTER_SECONDS)
  addHeaders(c, error.headers)
  const { status, title } = API_PROBLEMS[error.problem]
  const problem = {
    type: `${c.get('config').issuer}/problems/${error.problem}`,
    title,
    status,
    ...(error.detail && { detail: error.detail }),
    ...(error.errors.length > 0 && { errors: error.errors }),
    request_id: requestId(c.req.raw),
  }
  return c.body(JSON.stringify(problem), status, { 'Content-Type': 'application/problem+json' })
}

function answerPage(error: Error, c: Context<AppEnv>): Response | Promise<Response> {
  c.header('Cache-Control', 'no-store')
  if (error instanceof PageError) {
    return errorPage(c, error.status, error)
  }
  if (error instanceof ApiError) {
    const { status, title } = API_PROBLEMS[error.problem]
    if (status === 429) addHeaders(c, error.headers)
    return errorPage(c, status, { title, next: error.detail ?? 'Go back, or start at the front page.' })
  }
  if (error instanceof MistakenRequest) {
    return mistakenRequestPage(c, {
      title: error.description,
      parameter: error.reason === 'client_unknown' ? 'client_id' : 'redirect_uri',
      received: error.received,
      registered: error.registered,
      settingsHref: error.settingsHref,
      host: new URL(c.get('config').issuer).host,
      code: `${error.code}: ${error.reason}`,
    })
  }
  if (error instanceof ProtocolError) {
    addHeaders(c, error.options.headers)
    return errorPage(c, error.status, {
      title: error.description,
      next: 'Go back to the app and start again. If it happens again, tell its developer the line below.',
      code: `${error.code}: ${error.reason}`,
    })
  }
  const unavailable = error instanceof StorageUnavailable
  if (unavailable) c.header('Retry-After', RETRY_AFTER_SECONDS)
  return errorPage(c, unavailable ? 503 : 500, {
    title: unavailable ? REASONS.storage_unavailable : REASONS.unexpected,
    next: 'Try again in a moment.',
    code: `Request ${requestId(c.req.raw)}`,
  })
}

function addHeaders(c: Context<AppEnv>, headers: Readonly<Record<string, string>> = {}): void {
  for (const [name, value] of Object.entries(headers)) c.header(name, value)
}
