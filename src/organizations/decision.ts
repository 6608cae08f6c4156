import type { EpochSeconds } from '../lib/clock.ts'

export const DECISIONS = ['approved', 'blocked'] as const

/** What an administrator decided about one app, for one organization. Holds for grants that exist as well. */
export interface AppDecision {
  clientId: string
  decision: (typeof DECISIONS)[number]
  /** Of an approval: the scopes that it stops at; null: none. Replaces the organization's own ceiling. */
  scopeCeiling: readonly string[] | null
  /** Null: until it is changed. */
  expiresAt: EpochSeconds | null
  note: string | null
  /** The account of the administrator. */
  decidedBy: string
  decidedAt: EpochSeconds
}
