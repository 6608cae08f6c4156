import type { EpochSeconds } from '../lib/clock.ts'
import { statement } from '../lib/d1.ts'
import { isRefusedWith } from '../lib/storage.ts'

/**
 * The row stays for whatever names its id; its address is free for a new account. The schema refuses it, and the whole
 * batch, while an organization would be without an owner: {@link wouldLeaveNoOwner}.
 */
export function eraseAccountStatement(db: D1Database, accountId: string, now: EpochSeconds): D1PreparedStatement {
  return statement(
    db,
    // The trigger last_owner_stays may refuse the whole batch.
    `UPDATE accounts SET email = id, suspended_at = coalesce(suspended_at, ?2), erased_at = ?2
      WHERE id = ?1 AND erased_at IS NULL`,
    [accountId, now],
  )
}

/** As the trigger `last_owner_stays` says it. */
export function wouldLeaveNoOwner(error: unknown): boolean {
  return isRefusedWith(error, 'an organization would be without an owner')
}

/** What else is kept of a person here: browsers, repeated requests, and mails that development shows. */
export function forgetPersonStatements(
  db: D1Database,
  { accountId, email }: { accountId: string; email: string },
): D1PreparedStatement[] {
  return [
    statement(db, 'DELETE FROM sessions WHERE account_id = ?', [accountId]),
    statement(db, 'DELETE FROM idempotency_keys WHERE account_id = ?', [accountId]),
    statement(db, 'DELETE FROM dev_outbox WHERE "to" = ?', [email]),
  ]
}
