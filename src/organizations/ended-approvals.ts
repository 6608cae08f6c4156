import type { EpochSeconds } from '../lib/clock.ts'
import { cutOffStatements } from '../revocation/cut-offs-store.ts'
import { markEndedApprovalsStatements } from './decisions-store.ts'

/**
 * Acts on every approval whose end has come, wherever: access is cut off as by a block, and the log says so. For each
 * minute, and for the head of a batch that decides anew, which must not bring back what has ended. Twice is harmless.
 */
export function endApprovalsStatements(db: D1Database, now: EpochSeconds): D1PreparedStatement[] {
  const cause = { event: 'approval.ended' as const, actor: null }
  return [...cutOffStatements(db, cause, now), ...markEndedApprovalsStatements(db, now)]
}
