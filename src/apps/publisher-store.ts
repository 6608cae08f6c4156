import { z } from 'zod'
import { camelKeys } from '../lib/case.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { all, first, run, statement } from '../lib/d1.ts'
import { jsonColumn } from '../lib/json-column.ts'
import { PUBLISHER_REASONS, PUBLISHER_STATES, type PublisherCheck, type PublisherReason } from './publisher.ts'

const checkRow = camelKeys(
  z.object({
    client_id: z.string(),
    organization_id: z.string(),
    domain: z.string(),
    code: z.string(),
    state: z.enum(PUBLISHER_STATES),
    reason: z.enum(Object.keys(PUBLISHER_REASONS) as [PublisherReason, ...PublisherReason[]]).nullable(),
    found: jsonColumn(z.array(z.string())),
    started_at: z.number(),
    checked_at: z.number().nullable(),
    verified_at: z.number().nullable(),
    next_check_at: z.number().nullable(),
  }),
)

const SELECT_CHECK = `
  SELECT publisher_checks.*, apps.organization_id FROM publisher_checks JOIN apps USING (client_id)`

export async function findPublisherCheck(db: D1Database, clientId: string): Promise<PublisherCheck | undefined> {
  return first(db, checkRow, `${SELECT_CHECK} WHERE client_id = ?`, [clientId])
}

/** The longest overdue first. */
export async function listDueChecks(db: D1Database, now: EpochSeconds, limit: number): Promise<PublisherCheck[]> {
  return all(db, checkRow, `${SELECT_CHECK} WHERE next_check_at <= ? ORDER BY next_check_at LIMIT ?`, [now, limit])
}

/**
 * Begins to wait for the record, or begins again. For the same domain the code stays: a record that was published
 * late, or by somebody who asked at the same moment, counts. Nothing begins when the homepage moved meanwhile.
 */
export async function startCheck(
  db: D1Database,
  { clientId, clientUri, domain, code }: { clientId: string; clientUri: string | null; domain: string; code: string },
  now: EpochSeconds,
): Promise<void> {
  await run(
    db,
    `INSERT INTO publisher_checks (client_id, domain, code, state, started_at, next_check_at)
     SELECT ?1, ?2, ?3, 'pending', ?4, ?4
      WHERE EXISTS (SELECT 1 FROM apps WHERE client_id = ?1 AND client_uri IS ?5 AND deleted_at IS NULL)
     ON CONFLICT (client_id) DO UPDATE SET
       code = iif(domain = excluded.domain, code, excluded.code),
       verified_at = iif(domain = excluded.domain, verified_at, NULL),
       domain = excluded.domain, state = 'pending', reason = NULL, found = '[]', checked_at = NULL,
       started_at = excluded.started_at, next_check_at = excluded.next_check_at
     WHERE domain != excluded.domain OR state = 'failed'`,
    [clientId, domain, code, now, clientUri],
  )
}

/** True for one of several that want to make the same check: its time is moved on before anybody looks. */
export async function claimCheck(db: D1Database, check: PublisherCheck, until: EpochSeconds): Promise<boolean> {
  const sql = 'UPDATE publisher_checks SET next_check_at = ?3 WHERE client_id = ?1 AND next_check_at IS ?2'
  return (await run(db, sql, [check.clientId, check.nextCheckAt, until])) > 0
}

/** Writes nothing when the claim was lost meanwhile: to a newer check, or because the homepage moved. */
export function settleCheckStatement(
  db: D1Database,
  check: PublisherCheck,
  claimedUntil: EpochSeconds,
): D1PreparedStatement {
  return statement(
    db,
    `UPDATE publisher_checks
        SET state = ?, reason = ?, found = ?, checked_at = ?, verified_at = ?, next_check_at = ?
      WHERE client_id = ? AND domain = ? AND next_check_at = ?`,
    [
      check.state,
      check.reason,
      JSON.stringify(check.found),
      check.checkedAt,
      check.verifiedAt,
      check.nextCheckAt,
      check.clientId,
      check.domain,
      claimedUntil,
    ],
  )
}

/** For the same batch, after the check was written: the app carries the mark exactly while its check says so. */
export function alignMarkStatement(db: D1Database, clientId: string): D1PreparedStatement {
  const domain = `(SELECT domain FROM publisher_checks WHERE client_id = ?1 AND state = 'verified')`
  return statement(
    db,
    `UPDATE apps SET publisher_domain = ${domain}, version = version + 1
      WHERE client_id = ?1 AND deleted_at IS NULL AND publisher_domain IS NOT ${domain}`,
    [clientId],
  )
}

/** For the batch that moves the homepage: a check of another host than the app's is over. */
export function endMovedCheckStatement(
  db: D1Database,
  { clientId, clientUri, host }: { clientId: string; clientUri: string | null; host: string | null },
): D1PreparedStatement {
  const reason: PublisherReason = 'homepage_changed'
  return statement(
    db,
    `UPDATE publisher_checks SET state = 'failed', reason = ?4, found = '[]', next_check_at = NULL
      WHERE client_id = ?1 AND domain IS NOT ?3
        AND EXISTS (SELECT 1 FROM apps WHERE client_id = ?1 AND client_uri IS ?2)`,
    [clientId, clientUri, host, reason],
  )
}

/** For the batch that deletes the app. */
export function deleteCheckStatement(db: D1Database, clientId: string): D1PreparedStatement {
  return statement(
    db,
    `DELETE FROM publisher_checks
      WHERE client_id = ?1 AND EXISTS (SELECT 1 FROM apps WHERE client_id = ?1 AND deleted_at IS NOT NULL)`,
    [clientId],
  )
}
