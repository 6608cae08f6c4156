import type { Reason } from '../errors.ts'

export const reasonHeader = 'x-engine-reason'

/** The engine's internal reason: a stable slug that names the check. */
export type EngineReason = string

/** What the engine's checks are called in our table. Checks that we make before it have no row. */
const REASONS: Record<string, Reason> = {
  code_mismatch: 'code_unknown',
  grant_not_found: 'grant_ended',
  client_mismatch: 'code_client_mismatch',
  redirect_uri_missing: 'redirect_uri_missing',
  redirect_uri_invalid: 'redirect_uri_unregistered',
  redirect_uri_mismatch: 'redirect_uri_mismatch',
  code_verifier_missing: 'code_verifier_missing',
  code_verifier_mismatch: 'code_verifier_mismatch',
  resource_not_configured: 'resource_mismatch',
  resource_grant_mismatch: 'resource_mismatch',
  scope_not_granted: 'scope_not_granted',
  refresh_token_expired: 'refresh_token_expired',
  refresh_token_mismatch: 'refresh_token_unknown',
}

export function reasonOf(engineReason: EngineReason): Reason {
  return REASONS[engineReason] ?? 'engine_refused'
}
