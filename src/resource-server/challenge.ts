import type { Protection } from './options.ts'

/** RFC 6750 §3.1, with its status. Without an error code: no token was sent. */
const CHALLENGES = {
  none: { status: 401 },
  invalid_request: { status: 400, description: 'Send one access token, in the Authorization header.' },
  invalid_token: { status: 401, description: 'The access token is not valid here, or has expired.' },
  insufficient_scope: { status: 403, description: 'The access token lacks a scope.' },
} as const
export type ChallengeReason = keyof typeof CHALLENGES

/** A refusal that tells a client where to get a token for this API (RFC 9728 §5.1), and which scopes it needs. */
export function challengeResponse(
  { resourceMetadataUri }: Protection,
  refusal: ChallengeReason,
  requiredScopes: readonly string[] = [],
): Response {
  const { status, ...text } = CHALLENGES[refusal]
  const description = 'description' in text ? text.description : undefined
  const parameters = [
    ...(description ? [`error="${refusal}"`, `error_description="${description}"`] : []),
    ...(requiredScopes.length > 0 ? [`scope="${requiredScopes.join(' ')}"`] : []),
    `resource_metadata="${resourceMetadataUri}"`,
  ]
  const body = description ? { error: refusal, error_description: description } : { error: 'access_token_missing' }
  const headers = { 'WWW-Authenticate': `Bearer ${parameters.join(', ')}`, 'Cache-Control': 'no-store' }
  return Response.json(body, { status, headers })
}

const RETRY_AFTER_SECONDS = '5'

/** The issuer's keys or status lists cannot be had: not the client's fault, and not a verdict on its token. */
export function unavailableResponse(): Response {
  return Response.json(
    { error: 'temporarily_unavailable' },
    { status: 503, headers: { 'Retry-After': RETRY_AFTER_SECONDS } },
  )
}
