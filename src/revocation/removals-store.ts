import type { EpochSeconds } from '../lib/clock.ts'
import { statement } from '../lib/d1.ts'

/**
 * One more removal of access, for the head of a batch that takes some away: a consent that was allowed before this
 * batch remembers a smaller count, one that is allowed after it does not. No clock could order them as exactly.
 */
export function countRemovalStatement(db: D1Database): D1PreparedStatement {
  return statement(db, 'UPDATE access_removals SET count = count + 1')
}

/** The same, if anything takes access away by itself now. */
export function countDueRemovalStatement(db: D1Database, now: EpochSeconds): D1PreparedStatement {
  return statement(db, `UPDATE access_removals SET count = count + 1 WHERE EXISTS (${ENDED_APPROVALS})`, [now])
}

/** Approvals whose end has come and was not acted on yet; ?1 is now. */
export const ENDED_APPROVALS = `
  SELECT organization_id, client_id FROM app_decisions
   WHERE decision = 'approved' AND expires_at <= ?1 AND ended_at IS NULL`
