import { z } from 'zod'
import type { EpochSeconds } from '../lib/clock.ts'
import { reach } from '../lib/storage.ts'

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

const errorRow = z
  .object({ at: z.number(), grant_type: z.string().nullable(), error: z.string(), reason: z.string() })
  .transform((row): TokenError => ({ at: row.at, grantType: row.grant_type, error: row.error, reason: row.reason }))

/** Newest first. */
export async function listTokenErrors(db: D1Database, clientId: string, limit: number): Promise<TokenError[]> {
  const statement = db
    .prepare('SELECT at, grant_type, error, reason FROM token_errors WHERE client_id = ? ORDER BY id DESC LIMIT ?')
    .bind(clientId, limit)
  const { results } = await reach('D1', () => statement.all())
  return results.map((row) => errorRow.parse(row))
}

export const MAX_ERRORS_PER_APP = 100
const RETENTION_SECONDS = 7 * 86_400

/** Keeps the newest hundred of an app: the oldest gives way in the same batch. */
export async function noteTokenError(db: D1Database, clientId: string, error: TokenError): Promise<void> {
  const insert = db
    .prepare('INSERT INTO token_errors (client_id, at, grant_type, error, reason) VALUES (?, ?, ?, ?, ?)')
    .bind(clientId, error.at, error.grantType, error.error, error.reason)
  const trim = db
    .prepare(
      `DELETE FROM token_errors WHERE client_id = ?1 AND id <=
        (SELECT id FROM token_errors WHERE client_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)`,
    )
    .bind(clientId, MAX_ERRORS_PER_APP)
  await reach('D1', () => db.batch([insert, trim]))
}

export async function deleteOldTokenErrors(db: D1Database, now: EpochSeconds): Promise<void> {
  const statement = db.prepare('DELETE FROM token_errors WHERE at <= ?').bind(now - RETENTION_SECONDS)
  await reach('D1', () => statement.run())
}
