/** OAuth error codes and their status. A code without a row does not compile. */
export const PROTOCOL_STATUS = {
  invalid_request: 400,
  invalid_client: 401,
  invalid_grant: 400,
  unauthorized_client: 400,
  unsupported_grant_type: 400,
  unsupported_response_type: 400,
  unsupported_token_type: 400,
  invalid_scope: 400,
  invalid_target: 400,
  access_denied: 403,
  login_required: 400,
  consent_required: 400,
  request_not_supported: 400,
  request_uri_not_supported: 400,
  server_error: 500,
  temporarily_unavailable: 503,
} as const
export type ProtocolErrorCode = keyof typeof PROTOCOL_STATUS

/**
 * Why we refused: the key goes to the log, the sentence to the client. Neither ever holds a value of the request.
 * RFC 6749 §5.2 lets the sentence be ASCII without quotation mark and backslash.
 */
export const REASONS = {
  app_deleted: 'This app no longer exists.',
  app_suspended: 'This app is suspended.',
  access_denied_by_person: 'The person refused the request.',
  account_suspended: 'The account is suspended.',
  account_unknown: 'The credential is not one of ours.',
  app_private: 'This app is private to an organization that the person does not belong to.',
  body_malformed: 'The body is not valid application/x-www-form-urlencoded UTF-8.',
  body_too_large: 'The body is larger than 64 KiB.',
  client_authentication_ambiguous: 'Send the client credentials once: by HTTP Basic or in the body, not both.',
  client_authentication_malformed: 'The Authorization header is not valid HTTP Basic.',
  client_authentication_method: 'This app is registered as public: send client_id in the body, and no secret.',
  client_id_missing: 'client_id is missing.',
  client_secret_missing: 'client_secret is missing.',
  client_secret_wrong: 'Client authentication failed.',
  client_unknown: 'There is no app with this client_id.',
  code_challenge_malformed: 'code_challenge must be 43 base64url characters (RFC 7636 section 4.2).',
  code_challenge_method: 'code_challenge_method must be S256.',
  code_challenge_missing: 'code_challenge is missing: PKCE is required (RFC 7636).',
  code_client_mismatch: 'The authorization code was issued to another app.',
  code_expired: 'The authorization code has expired.',
  code_malformed: 'The authorization code is malformed or truncated.',
  code_missing: 'code is missing.',
  code_replayed: 'The authorization code was used before; the grant is revoked.',
  code_unknown: 'The authorization code is not valid.',
  code_verifier_malformed: 'code_verifier must be 43 to 128 characters (RFC 7636 section 4.1).',
  code_verifier_mismatch: 'code_verifier does not match the code_challenge of the authorization request.',
  code_verifier_missing: 'code_verifier is missing.',
  consent_ended: 'The consent is from before a suspension and counts no more; ask the person again.',
  content_type: 'Content-Type must be application/x-www-form-urlencoded.',
  engine_refused: 'The request is not valid for this grant.',
  grant_ended: 'The grant has expired or was revoked.',
  grant_type_missing: 'grant_type is missing.',
  grant_type_unregistered: 'This app is not registered for this grant_type.',
  grant_type_unsupported: 'This grant_type is not supported.',
  interaction_needed: 'The request needs the person, but prompt=none forbids to ask.',
  method_not_allowed: 'Method not allowed.',
  organization_missing: 'No organization is left that this grant may reach.',
  parameter_malformed: 'A parameter is not valid.',
  parameter_repeated: 'A parameter must not be repeated (RFC 6749 section 3.2).',
  prompt_invalid: 'prompt holds a value that is not supported, or none with another.',
  request_object: 'Send the parameters in the query: request and request_uri are not supported.',
  redirect_uri_mismatch: 'redirect_uri is not the one of the authorization request.',
  redirect_uri_missing: 'redirect_uri is missing.',
  redirect_uri_unregistered: 'redirect_uri is not registered for this app.',
  refresh_token_client_mismatch: 'The refresh token was issued to another app.',
  refresh_token_expired: 'The refresh token has expired.',
  refresh_token_malformed: 'The refresh token is malformed or truncated.',
  refresh_token_missing: 'refresh_token is missing.',
  refresh_token_repeated_elsewhere: 'The refresh token was repeated from elsewhere; the grant is revoked.',
  refresh_token_repeated_too_often: 'The refresh token was repeated too often; use its successor.',
  refresh_token_reused: 'The refresh token was used before; the grant is revoked.',
  refresh_token_superseded: 'The refresh token was replaced; use its successor.',
  refresh_token_unknown: 'The refresh token is not valid.',
  resource_mismatch: 'resource does not name the API that this request is for.',
  resource_repeated: 'One request concerns one resource; these name several.',
  resource_unknown: 'resource does not name a registered resource.',
  response_type: 'response_type must be code.',
  response_mode: 'response_mode must be query.',
  scope_malformed: 'scope holds characters outside RFC 6749 section 3.3.',
  scope_missing: 'No scope of the grant is left.',
  scope_of_two_resources: 'The scopes belong to more than one resource; ask for them separately.',
  scope_unregistered: 'These scopes do not exist or are not registered for this app.',
  scope_not_granted: 'These scopes were not granted.',
  storage_unavailable: 'A part of the service is unavailable; nothing was changed, try again.',
  token_missing: 'token is missing.',
  transaction_ended: 'This page expired or was used before; start again at the app.',
  unexpected: 'Something went wrong on our side.',
} as const
export type Reason = keyof typeof REASONS

/** The sentence of a reason that was written down, perhaps by an older version of this code. */
export function findSentence(reason: string): string {
  return Object.hasOwn(REASONS, reason) ? REASONS[reason as Reason] : reason
}

interface ProtocolErrorOptions {
  /** Replaces the status of the code, for 405 and 413. */
  status?: 405 | 413 | 415
  headers?: Record<string, string>
  /** Appended to the sentence: names of parameters or scopes, never values that are secret. */
  detail?: string
  /** Of `invalid_scope`: those that were refused, for the JSON answer. */
  scopes?: readonly string[]
}

/** A refusal in the words of RFC 6749: `code` and a safe sentence for the client, `reason` for the log. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
  readonly code: ProtocolErrorCode
  readonly reason: Reason
  readonly options: ProtocolErrorOptions

  constructor(code: ProtocolErrorCode, reason: Reason, options: ProtocolErrorOptions = {}) {
    super(`${code}: ${reason}`)
    this.code = code
    this.reason = reason
    this.options = options
  }

  get status() {
    return this.options.status ?? PROTOCOL_STATUS[this.code]
  }

  get description(): string {
    const { detail } = this.options
    return detail ? `${REASONS[this.reason]} (${detail})` : REASONS[this.reason]
  }
}

/** Problem types of the dashboard API (RFC 9457): status and title. */
export const API_PROBLEMS = {
  'invalid-request': { status: 400, title: 'The request is not valid' },
  'validation-failed': { status: 422, title: 'Some fields are not valid' },
  unauthenticated: { status: 401, title: 'Sign in or send an access token' },
  'sign-in-too-old': { status: 403, title: 'Sign in again: this needs a sign-in within 15 minutes' },
  forbidden: { status: 403, title: 'You are not allowed to do this' },
  'cross-origin': { status: 403, title: 'A session may only be used from our own pages' },
  'insufficient-scope': { status: 403, title: 'The access token lacks a scope' },
  'not-found': { status: 404, title: 'There is nothing here, or nothing that you may see' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'precondition-failed': { status: 412, title: 'Somebody changed it meanwhile: read it again, then change it' },
  'idempotency-key-reused': { status: 422, title: 'This Idempotency-Key was used for something else' },
  conflict: { status: 409, title: 'The change conflicts with the present state' },
  'too-many-requests': { status: 429, title: 'Too many requests: try again later' },
  'too-large': { status: 413, title: 'The body is larger than 64 KiB' },
  'unsupported-media-type': { status: 415, title: 'Send application/json' },
  unavailable: { status: 503, title: 'A part of the service is unavailable; nothing was changed, try again' },
  unexpected: { status: 500, title: 'Something went wrong on our side' },
} as const
export type ApiProblem = keyof typeof API_PROBLEMS

/** One wrong field: a JSON pointer (RFC 6901) into the body, and what is wrong in words. */
export interface FieldError {
  pointer: string
  detail: string
}

/** A refusal of the dashboard API, answered as `application/problem+json`. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly problem: ApiProblem
  readonly detail: string | undefined
  readonly errors: readonly FieldError[]
  readonly headers: Readonly<Record<string, string>>

  constructor(
    problem: ApiProblem,
    detail?: string,
    errors: readonly FieldError[] = [],
    headers: Record<string, string> = {},
  ) {
    super(problem)
    this.problem = problem
    this.detail = detail
    this.errors = errors
    this.headers = headers
  }

  get status() {
    return API_PROBLEMS[this.problem].status
  }
}

/** Says when to come back (RFC 9110 §10.2.3). */
export function tooManyRequests(detail: string, retryAfterSeconds: number): ApiError {
  return new ApiError('too-many-requests', detail, [], { 'Retry-After': String(retryAfterSeconds) })
}

/** Where an error page leads on. */
export interface PageLink {
  href: string
  title: string
}

/** A refusal on a page for people: what happened and what to do next. */
export class PageError extends Error {
  override readonly name = 'PageError'
  readonly status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 429
  readonly title: string
  readonly next: string
  readonly link: PageLink | undefined

  constructor(status: PageError['status'], title: string, next: string, link?: PageLink) {
    super(title)
    this.status = status
    this.title = title
    this.next = next
    this.link = link
  }
}

/** A request for a host or a scheme that is not the issuer's. */
export class HostError extends Error {
  override readonly name = 'HostError'
  readonly issuer: string

  constructor(issuer: string) {
    super('another host')
    this.issuer = issuer
  }
}
