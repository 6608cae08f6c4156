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
