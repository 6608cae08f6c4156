import { z } from 'zod'
import {
  LOST_ANSWER_WINDOW_SECONDS,
  MAX_FOREIGN_ROTATIONS,
  SPENT_RETENTION_SECONDS,
  type SpentRefreshToken,
} from '../grants/refresh-rules.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { ownRow } from '../lib/columns.ts'
import { flagColumn } from '../lib/flag-column.ts'
import { jsonColumn } from '../lib/json-column.ts'

// One tree, by grant, in which nothing else is written, and paid for, at each refresh. What is looked for by time is
// looked for once a day: then all of an account's are read, which costs a thousandth of an index that is kept.
const TABLES = `
  CREATE TABLE IF NOT EXISTS spent_refresh_tokens (
    hash TEXT NOT NULL, grant_id TEXT NOT NULL, rotations INTEGER NOT NULL, spent_at INTEGER NOT NULL,
    enclosed_successor TEXT, scopes TEXT NOT NULL, address TEXT NOT NULL, user_agent TEXT NOT NULL,
    repeats INTEGER NOT NULL DEFAULT 0, repeated_elsewhere INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (grant_id, hash)
  ) WITHOUT ROWID;
`

const toSpent = ownRow(
  z.object({
    hash: z.string(),
    grant_id: z.string(),
    rotations: z.number(),
    spent_at: z.number(),
    enclosed_successor: z.string().nullable(),
    scopes: jsonColumn(z.array(z.string())),
    address: z.string(),
    user_agent: z.string(),
    repeats: z.number(),
    repeated_elsewhere: flagColumn,
  }),
)

/** Hashes of the refresh tokens that were rotated. Every method is one synchronous step. */
export class SpentRefreshTokensStore {
  private readonly sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.sql = sql
  }

  createTables(): void {
    this.sql.exec(TABLES)
  }

  find(grantId: string, hash: string): SpentRefreshToken | undefined {
    const [row] = this.sql
      .exec('SELECT * FROM spent_refresh_tokens WHERE grant_id = ? AND hash = ?', grantId, hash)
      .toArray()
    return row && toSpent(row)
  }

  insert(spent: SpentRefreshToken): void {
    this.sql.exec(
      `INSERT INTO spent_refresh_tokens
         (hash, grant_id, rotations, spent_at, enclosed_successor, scopes, address, user_agent)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      spent.hash,
      spent.grantId,
      spent.rotations,
      spent.spentAt,
      spent.enclosedSuccessor,
      JSON.stringify(spent.scopes),
      spent.address,
      spent.userAgent,
    )
  }

  countRepeat({ grantId, hash }: SpentRefreshToken): void {
    this.sql.exec(
      'UPDATE spent_refresh_tokens SET repeats = repeats + 1 WHERE grant_id = ? AND hash = ?',
      grantId,
      hash,
    )
  }

  /** Marks the repeat, and says whether it was the last straw: as many rotations in a row repeated from elsewhere. */
  markRepeatedElsewhere(spent: SpentRefreshToken): { tooMany: boolean } {
    this.sql.exec(
      'UPDATE spent_refresh_tokens SET repeated_elsewhere = 1 WHERE grant_id = ? AND hash = ?',
      spent.grantId,
      spent.hash,
    )
    const { count } = this.sql
      .exec<{ count: number }>(
        `SELECT count(*) AS count FROM spent_refresh_tokens
         WHERE grant_id = ? AND rotations > ? AND repeated_elsewhere = 1`,
        spent.grantId,
        spent.rotations - MAX_FOREIGN_ROTATIONS,
      )
      .one()
    return { tooMany: count >= MAX_FOREIGN_ROTATIONS }
  }

  /** A revoked grant needs no memory: whatever is presented for it is refused. */
  deleteOfGrant(grantId: string): void {
    this.sql.exec('DELETE FROM spent_refresh_tokens WHERE grant_id = ?', grantId)
  }

  /** Enclosed successors go when nobody may have them any more; hashes when reuse is no longer told from noise. */
  deleteExpired(now: EpochSeconds): void {
    this.sql.exec(
      'UPDATE spent_refresh_tokens SET enclosed_successor = NULL WHERE enclosed_successor IS NOT NULL AND spent_at < ?',
      now - LOST_ANSWER_WINDOW_SECONDS,
    )
    this.sql.exec('DELETE FROM spent_refresh_tokens WHERE spent_at <= ?', now - SPENT_RETENTION_SECONDS)
  }

  nextDeadline(): EpochSeconds | null {
    const { at } = this.sql
      .exec<{ at: number | null }>(
        `SELECT min(at) AS at FROM (
           SELECT min(spent_at) + ? AS at FROM spent_refresh_tokens WHERE enclosed_successor IS NOT NULL
           UNION ALL SELECT min(spent_at) + ? FROM spent_refresh_tokens)`,
        LOST_ANSWER_WINDOW_SECONDS + 1,
        SPENT_RETENTION_SECONDS,
      )
      .one()
    return at
  }
}
