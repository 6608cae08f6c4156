import type { EpochSeconds } from '../lib/clock.ts'

/** Two, so that a new secret can be rolled out before the old one is deleted. */
export const MAX_LIVE_SECRETS = 2
const MAX_LIFETIME_SECONDS = 2 * 366 * 86_400

/** What is known of a client secret after it was shown. */
export interface AppSecret {
  id: string
  clientId: string
  name: string
  createdAt: EpochSeconds
  /** Null: until it is deleted. */
  expiresAt: EpochSeconds | null
  /** To the hour. */
  lastUsedAt: EpochSeconds | null
}

export function findExpiryProblem(expiresAt: EpochSeconds | null, now: EpochSeconds): string | undefined {
  if (expiresAt === null) return undefined
  if (expiresAt <= now) return 'The expiry is in the past; it is counted in seconds since 1970.'
  if (expiresAt > now + MAX_LIFETIME_SECONDS) return 'The expiry is at most two years away; it is counted in seconds.'
  return undefined
}
