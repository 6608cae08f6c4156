import type { EpochSeconds } from '../lib/clock.ts'
import type { RemovalCount } from './effective-access.ts'

/** authorized: a code is out. active: redeemed. revoked: ended for good, whatever the reason. */
export const GRANT_STATES = ['authorized', 'active', 'revoked'] as const
export type GrantState = (typeof GRANT_STATES)[number]

export const REVOCATION_REASONS = [
  'revoked_by_app',
  'revoked_by_person',
  'code_replayed',
  'refresh_token_reused',
  'refresh_token_repeated_elsewhere',
  'evicted',
  'organization_lost',
  'account_erased',
  'app_deleted',
  'expired',
] as const
export type RevocationReason = (typeof REVOCATION_REASONS)[number]

/** One authorization of one app on one device. */
export interface Grant {
  id: string
  clientId: string
  /** Whether the app keeps a secret; that never changes. */
  confidential: boolean
  state: GrantState
  /** Raised by each change; what was computed for an older version is thrown away. */
  version: number
  /** The engine's own record, opaque to everything but the engine. */
  engineRecord: string
  scopes: readonly string[]
  organizations: readonly string[]
  resource: string
  redirectUri: string
  codeHash: string
  codeChallenge: string
  codeExpiresAt: EpochSeconds
  /** SHA-256 of the refresh token that works now; null for apps without refresh tokens. */
  refreshHash: string | null
  /** How often the refresh token was rotated. */
  rotations: number
  createdAt: EpochSeconds
  /** How many removals of access there had been when the consent was allowed; those that follow concern it. */
  consentedAfter: RemovalCount
  redeemedAt: EpochSeconds | null
  lastUsedAt: EpochSeconds
  /** Ends then whatever happens; the idle limit may end it earlier. */
  expiresAt: EpochSeconds
  idleExpiresAt: EpochSeconds
  revokedAt: EpochSeconds | null
  revocationReason: RevocationReason | null
  /** The index of its access tokens in a status list, as of a revision of D1; null: none was told yet. */
  status: { id: number; revision: number } | null
  /** When the person signed in, `auth_time`. */
  signedInAt: EpochSeconds
  /** What the person was shown of the app, so that a change asks again. */
  shownApp: ShownApp
  userAgent: string
}

export interface ShownApp {
  clientName: string
  publisherDomain: string | null
}

export function isAlive(grant: Grant, now: EpochSeconds): boolean {
  return grant.state === 'active' && endsAt(grant) > now
}

export function endsAt(grant: Grant): EpochSeconds {
  return Math.min(grant.expiresAt, grant.idleExpiresAt)
}
