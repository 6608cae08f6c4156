import type { EpochSeconds } from '../lib/clock.ts'

export const DECISIONS = ['approved', 'blocked'] as const

/** What an administrator decided about one app, for one organization. Holds for grants that exist as well. */
export interface AppDecision {
  clientId: string
  decision: (typeof DECISIONS)[number]
  /** Of an approval: the scopes that it stops at; null: no limit. Replaces the organization's own ceiling. */
  scopeCeiling: readonly string[] | null
  /** What the app was registered for when it was decided on: what it registers later waits for the next decision. */
  consideredScopes: readonly string[]
  /** Of an approval; null: until it is changed. */
  expiresAt: EpochSeconds | null
  note: string | null
  /** The account of the administrator. */
  decidedBy: string
  decidedAt: EpochSeconds
}

/** Whether the app registered a scope after it was approved within limits: it does not have it, and nobody said no. */
export function isWaiting(scope: string, { scopeCeiling, consideredScopes }: AppDecision): boolean {
  return scopeCeiling !== null && !scopeCeiling.includes(scope) && !consideredScopes.includes(scope)
}
