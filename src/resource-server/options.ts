import { systemTime } from './clock.ts'

/** How an API wants its access tokens. */
export interface ProtectionOptions {
  /** Issuer identifier of the authorization server (RFC 8414 §2): an origin, no trailing slash. */
  issuer: string
  /** This API's own identifier (RFC 8707 §2): the `aud` that a token must have, exactly as registered. */
  resource: string
  /** Where the issuer publishes its keys. Default: `{issuer}/.well-known/jwks.json`. */
  jwksUri?: string
  /** Accepted `alg` values (RFC 7518 §3.1). Default: `['ES256']`. A key is used only with its own. */
  algorithms?: readonly string[]
  /** Where this API describes itself (RFC 9728 §3). Default: the well-known address of `resource`. */
  resourceMetadataUri?: string
  /** Epoch seconds. Default: the system's clock. */
  now?: () => number
  /** How keys and status lists are fetched. Default: the global `fetch`. */
  fetch?: (url: string, init?: RequestInit) => Promise<Response>
  /**
   * Whether a token that was revoked before it expired is refused. `offline`: not before it expires, without any
   * call. `status-list`: about 60 seconds after, for one fetch a minute and list; tokens without `status` are refused
   * (draft-ietf-oauth-status-list). For refusing at once ask `POST /introspect` (RFC 7662). Default: `offline`.
   */
  revocation?: 'offline' | 'status-list'
  /** Where the issuer publishes its status lists; tokens that name another place are refused. Default: `{issuer}/status-lists`. */
  statusLists?: string
  /**
   * The introspection credentials of this API: which scopes apps use is then reported to the issuer once a minute,
   * behind an answer, so that administrators see what is granted and not used. Default: nothing is reported.
   */
  reportUsage?: { clientId: string; clientSecret: string } | undefined
  /**
   * Lets pages of these origins call this API from the browser: their preflights are answered for any header, and they
   * may read every answer, refusals with their challenge included. Cookies are never allowed. Default: a preflight
   * passes without a token, for a CORS middleware that is mounted behind.
   */
  cors?:
    | {
        /** `'*'` for any, or origins exactly as browsers send them: `https://app.example`. */
        origin: '*' | readonly string[]
        /** Headers of answers that pages may read, besides `WWW-Authenticate` and `Retry-After`. */
        exposeHeaders?: readonly string[]
      }
    | undefined
  /** How far clocks may differ, in seconds. Default: 5. */
  clockToleranceSeconds?: number
}

/** {@link ProtectionOptions} with every default filled in. */
export type Protection = Required<Omit<ProtectionOptions, Optional>> & Pick<ProtectionOptions, Optional>
type Optional = 'reportUsage' | 'cors'

export function withDefaults(options: ProtectionOptions): Protection {
  return {
    jwksUri: `${options.issuer}/.well-known/jwks.json`,
    algorithms: ['ES256'],
    resourceMetadataUri: metadataUri(options.resource),
    now: systemTime,
    fetch: (url, init) => fetch(url, init),
    reportUsage: undefined,
    cors: undefined,
    revocation: 'offline',
    statusLists: `${options.issuer}/status-lists`,
    clockToleranceSeconds: 5,
    ...options,
  }
}

/** RFC 9728 §3.1: the well-known part goes between host and path. */
export function metadataUri(resource: string): string {
  const url = new URL(resource)
  const path = url.pathname === '/' ? '' : url.pathname
  return `${url.origin}/.well-known/oauth-protected-resource${path}${url.search}`
}
