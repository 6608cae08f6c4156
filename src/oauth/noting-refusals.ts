import type { Context } from 'hono'
import type { AppEnv } from '../env.ts'
import { ProtocolError, type Reason } from '../errors.ts'
import { currentTime } from '../lib/clock.ts'
import { afterAnswer } from './after-answer.ts'
import { RefusalNotes } from './refusal-notes.ts'

/**
 * Without a secret these come from the app as well: only whoever holds a credential that was issued to it can cause
 * them. Everything else anybody can who knows its client_id.
 */
const REASONS_OF_HOLDERS: ReadonlySet<Reason> = new Set<Reason>([
  'account_suspended',
  'app_private',
  'code_expired',
  'code_replayed',
  'code_verifier_mismatch',
  'engine_refused',
  'grant_ended',
  'organization_missing',
  'redirect_uri_mismatch',
  'redirect_uri_missing',
  'refresh_token_expired',
  'refresh_token_repeated_elsewhere',
  'refresh_token_repeated_too_often',
  'refresh_token_reused',
  'refresh_token_superseded',
  'resource_mismatch',
  'scope_missing',
  'scope_not_granted',
])

const notes = new RefusalNotes()

interface NotedRequest {
  /** As it was presented. */
  clientId: string
  /** Null: none that we know. */
  grantType: string | null
  /** It showed a secret: what is refused for another reason than that was refused to the app. */
  isConfidential: boolean
}

/** Runs a token request; the developer of the app can read why it was refused, without any value of it. */
export async function notingTokenRefusals<T>(
  c: Context<AppEnv>,
  request: NotedRequest,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isRefusal(error) && error.reason !== 'client_unknown') noteTokenRefusal(c, request, error)
    throw error
  }
}

function noteTokenRefusal(c: Context<AppEnv>, request: NotedRequest, refusal: ProtocolError): void {
  const { clientId, isConfidential } = request
  const { code: error, reason } = refusal
  const at = currentTime()
  const comesFromApp = (isConfidential && error !== 'invalid_client') || REASONS_OF_HOLDERS.has(reason)
  if (comesFromApp) notes.keepError({ clientId, at, grantType: request.grantType, error, reason })
  else notes.count({ clientId, at, endpoint: 'token', error, reason })
  writeAfterAnswer(c)
}

/** Runs the checks of an authorization request. Nobody authenticates there: its refusals are only counted. */
export async function notingAuthorizationRefusals<T>(
  c: Context<AppEnv>,
  search: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const clientId = new URLSearchParams(search).get('client_id')
    if (isRefusal(error) && clientId && error.reason !== 'client_unknown') {
      const { code, reason } = error
      notes.count({ clientId, at: currentTime(), endpoint: 'authorization', error: code, reason })
      writeAfterAnswer(c)
    }
    throw error
  }
}

function isRefusal(error: unknown): error is ProtocolError {
  return error instanceof ProtocolError && error.status < 500
}

function writeAfterAnswer(c: Context<AppEnv>): void {
  const now = currentTime()
  if (!notes.isBeingWritten(now)) afterAnswer(c, 'the refusals of requests', () => notes.write(c.env.DB, now))
}
