import type { RegisteredRedirectUri } from '../apps/redirect-uri.ts'
import { ProtocolError, type ProtocolErrorCode, type Reason } from '../errors.ts'

/** Where an answer of the authorization endpoint goes: only a redirect URI that was found registered. */
export interface ResponseTarget {
  redirectUri: RegisteredRedirectUri
  state: string | undefined
  issuer: string
  clientId: string
  /** Whether a refusal may go there without an act of the person. */
  trusted: boolean
}

/** A refusal for the app to hear (RFC 6749 §4.1.2.1): by redirect, or by a link that the person follows. */
export class AuthorizationRefusal extends ProtocolError {
  readonly target: ResponseTarget

  constructor(target: ResponseTarget, code: ProtocolErrorCode, reason: Reason, detail?: string) {
    super(code, reason, detail ? { detail } : {})
    this.target = target
  }

  get location(): string {
    return responseUrl(this.target, { error: this.code, error_description: this.description })
  }
}

/** RFC 6749 §4.1.2 with `iss` (RFC 9207): the answer that carries the code. */
export function codeLocation(target: ResponseTarget, authorizationCode: string): string {
  return responseUrl(target, { code: authorizationCode })
}

function responseUrl({ redirectUri, state, issuer }: ResponseTarget, answer: Record<string, string>): string {
  const url = new URL(redirectUri)
  for (const [name, value] of Object.entries(answer)) url.searchParams.set(name, value)
  if (state !== undefined) url.searchParams.set('state', state)
  url.searchParams.set('iss', issuer)
  return url.href
}

/** 303: the browser follows with GET, whatever brought it here (RFC 9700 §4.12). */
export function redirectResponse(location: string, headers = new Headers()): Response {
  headers.set('Location', location)
  headers.set('Cache-Control', 'no-store')
  return new Response(null, { status: 303, headers })
}
