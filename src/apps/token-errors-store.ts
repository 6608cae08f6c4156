import { z } from 'zod'
import { camelKeys } from '../lib/case.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { all, run, statement } from '../lib/d1.ts'

/** A refusal of an app's own token request: the rule that it broke, and no value of the request. */
export interface TokenError {
  at: EpochSeconds
  /** Null: the request named none that we know. */
  grantType: string | null
  /** The error code of RFC 6749 §5.2. */
  error: string
  /** Our name of the rule, a key of `REASONS`. */
  reason: string
}

export interface TokenErrorOfApp extends TokenError {
  clientId: string
}

const errorRow = camelKeys(
  z.object({ at: z.number(), grant_type: z.string().nullable(), error: z.string(), reason: z.string() }),
)

/** Newest first. */
export async function listTokenErrors(db: D1Database, clientId: string, limit: number): Promise<TokenError[]> {
  return all(
    db,
    errorRow,
    'SELECT at, grant_type, error, reason FROM token_errors WHERE client_id = ? ORDER BY id DESC LIMIT ?',
    [clientId, limit],
  )
}

/** Kept of each reason, so that many of one push none of another out. */
export const MAX_ERRORS_PER_REASON = 50
const RETENTION_SECONDS = 7 * 86_400

const TRIM = `
  DELETE FROM token_errors WHERE id IN (
    SELECT id FROM (
      SELECT id, row_number() OVER (PARTITION BY client_id, reason ORDER BY id DESC) AS place
        FROM token_errors WHERE client_id IN (SELECT json_extract(value, '$.clientId') FROM json_each(?1)))
     WHERE place > ?2)`

/** For a batch of the caller's. The oldest of the same app and reason give way. */
export function noteTokenErrorsStatements(db: D1Database, errors: readonly TokenErrorOfApp[]): D1PreparedStatement[] {
  if (errors.length === 0) return []
  const noted = JSON.stringify(errors)
  const insert = statement(
    db,
    `INSERT INTO token_errors (client_id, at, grant_type, error, reason)
       SELECT json_extract(value, '$.clientId'), json_extract(value, '$.at'), json_extract(value, '$.grantType'),
              json_extract(value, '$.error'), json_extract(value, '$.reason')
         FROM json_each(?1) ORDER BY key`,
    [noted],
  )
  return [insert, statement(db, TRIM, [noted, MAX_ERRORS_PER_REASON])]
}

export async function deleteOldTokenErrors(db: D1Database, now: EpochSeconds): Promise<void> {
  await run(db, 'DELETE FROM token_errors WHERE at <= ?', [now - RETENTION_SECONDS])
}
