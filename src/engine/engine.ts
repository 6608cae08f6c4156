import { OAuthAuthorizationServer } from '@cloudflare/workers-oauth-provider'
import { type EngineReason, reasonHeader } from './reasons.ts'
import type { StoragePort } from './storage-port.ts'

export interface EngineSettings {
  issuer: string
  /** The one resource that the authorization concerns. */
  resource: string
  accessTokenTtlSeconds: number
  /** 0: no refresh token. */
  refreshTokenIdleTtlSeconds: number
}

/** The engine sees its storage port as the whole environment. */
export interface EngineEnv {
  OAUTH_KV: StoragePort
}

const TOKEN_PATH = '/token'
const engines = new Map<string, OAuthAuthorizationServer<EngineEnv>>()
const MAX_ENGINES = 64

/** Engines hold no state of a request; building one parses its URLs anew, so they are kept. */
export function engineFor(settings: EngineSettings): OAuthAuthorizationServer<EngineEnv> {
  const key = JSON.stringify(settings)
  const known = engines.get(key)
  if (known) return known
  if (engines.size >= MAX_ENGINES) engines.clear()
  const engine = createEngine(settings)
  engines.set(key, engine)
  return engine
}

function createEngine(settings: EngineSettings): OAuthAuthorizationServer<EngineEnv> {
  const { refreshTokenIdleTtlSeconds } = settings
  return new OAuthAuthorizationServer<EngineEnv>({
    issuer: settings.issuer,
    resources: [settings.resource],
    tokenEndpoint: TOKEN_PATH,
    accessTokenTTL: settings.accessTokenTtlSeconds,
    refreshTokenTTL: refreshTokenIdleTtlSeconds,
    ...(refreshTokenIdleTtlSeconds > 0 && { refreshTokenIdleTTL: refreshTokenIdleTtlSeconds }),
    allowPrivateUseRedirectUris: true,
    cookiePrefix: '__Host-postern-',
    // The internal reason names the check that failed; the wire description does not.
    onError: ({ code, status, internal }) =>
      Response.json({ error: code }, { status, headers: { [reasonHeader]: internal?.reason ?? '' } }),
  })
}

export type EngineAnswer =
  | { ok: true; accessToken: string; refreshToken: string | null }
  | { ok: false; error: string; reason: EngineReason }

/** One token request, of a client that was authenticated already: the engine sees it as a public one. */
export async function runTokenRequest(
  settings: EngineSettings,
  port: StoragePort,
  form: Record<string, string>,
): Promise<EngineAnswer> {
  const request = new Request(settings.issuer + TOKEN_PATH, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  })
  const response = await engineFor(settings).fetch(request, { OAUTH_KV: port }, noExecutionContext)
  const body = await response.json<{ error?: string; access_token: string; refresh_token?: string }>()
  const { error, access_token: accessToken, refresh_token: refreshToken = null } = body
  if (error !== undefined) return { ok: false, error, reason: response.headers.get(reasonHeader) ?? '' }
  return { ok: true, accessToken, refreshToken }
}

/** The engine starts no work beyond its answer; were it to, we would lose it silently, so refuse. */
const noExecutionContext = {
  waitUntil() {
    throw new Error('the engine deferred work')
  },
} as Partial<ExecutionContext> as ExecutionContext
