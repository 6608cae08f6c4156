import { z } from 'zod'
import { GRANT_STATES, type Grant, REVOCATION_REASONS } from '../grants/grant.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { ownRow, toColumns } from '../lib/columns.ts'
import { flagColumn } from '../lib/flag-column.ts'
import { jsonColumn } from '../lib/json-column.ts'

// Without a row id the key is the table, and not an index beside it that is written, and paid for, as well.
const TABLES = `
  CREATE TABLE IF NOT EXISTS grants (
    id TEXT PRIMARY KEY, client_id TEXT NOT NULL, state TEXT NOT NULL, version INTEGER NOT NULL,
    engine_record TEXT NOT NULL, scopes TEXT NOT NULL, organizations TEXT NOT NULL, resource TEXT NOT NULL,
    redirect_uri TEXT NOT NULL, code_hash TEXT NOT NULL, code_challenge TEXT NOT NULL,
    code_expires_at INTEGER NOT NULL, refresh_hash TEXT, rotations INTEGER NOT NULL,
    created_at INTEGER NOT NULL, consented_after INTEGER NOT NULL, redeemed_at INTEGER, last_used_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL, idle_expires_at INTEGER NOT NULL, revoked_at INTEGER, revocation_reason TEXT,
    signed_in_at INTEGER NOT NULL, shown_app TEXT NOT NULL, user_agent TEXT NOT NULL, status TEXT,
    confidential INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS grants_by_client ON grants (client_id, state);
  CREATE TABLE IF NOT EXISTS revoked_access_tokens (
    token_id TEXT PRIMARY KEY, expires_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS account (id TEXT NOT NULL, shard TEXT NOT NULL);
`

/** Columns that came later. */
const ADDED = [
  ['consented_after', 'INTEGER NOT NULL DEFAULT 0'],
  ['status', 'TEXT'],
  ['confidential', 'INTEGER NOT NULL DEFAULT 0'],
] as const

const names = jsonColumn(z.array(z.string()))

const grantColumns = z.object({
  id: z.string(),
  client_id: z.string(),
  confidential: flagColumn,
  state: z.enum(GRANT_STATES),
  version: z.number(),
  engine_record: z.string(),
  scopes: names,
  organizations: names,
  resource: z.string(),
  redirect_uri: z.string(),
  code_hash: z.string(),
  code_challenge: z.string(),
  code_expires_at: z.number(),
  refresh_hash: z.string().nullable(),
  rotations: z.number(),
  created_at: z.number(),
  consented_after: z.number(),
  redeemed_at: z.number().nullable(),
  last_used_at: z.number(),
  expires_at: z.number(),
  idle_expires_at: z.number(),
  revoked_at: z.number().nullable(),
  revocation_reason: z.enum(REVOCATION_REASONS).nullable(),
  signed_in_at: z.number(),
  shown_app: jsonColumn(z.object({ clientName: z.string(), publisherDomain: z.string().nullable() })),
  user_agent: z.string(),
  status: jsonColumn(z.object({ id: z.number(), revision: z.number() })).nullable(),
})
const changedColumns = grantColumns.partial()
const toGrant = ownRow(grantColumns)

/** Grants as one ledger keeps them. Every method is one synchronous step. */
export class GrantsStore {
  private readonly sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.sql = sql
  }

  /** Only a write creates tables: asking about a forged credential must leave nothing behind. */
  createTables(): void {
    this.sql.exec(TABLES)
  }

  exists(): boolean {
    return this.sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'grants'").toArray().length > 0
  }

  /** For an object whose tables an older version made. A consent of then counts wherever nothing was cut off yet. */
  upgrade(): void {
    const columns = this.sql.exec<{ name: string }>("SELECT name FROM pragma_table_info('grants')").toArray()
    for (const [name, type] of ADDED) {
      if (!columns.some((column) => column.name === name))
        this.sql.exec(`ALTER TABLE grants ADD COLUMN ${name} ${type}`)
    }
  }

  /** A grant has one living index, and every next one is larger; of the same, what was known last counts. */
  setStatus(grantId: string, { id, revision }: { id: number; revision: number }): void {
    this.sql.exec(
      `UPDATE grants SET status = json_object('id', ?2, 'revision', ?3)
        WHERE id = ?1 AND (coalesce(status ->> 'id', 0), coalesce(status ->> 'revision', 0)) < (?2, ?3)`,
      grantId,
      id,
      revision,
    )
  }

  find(grantId: string): Grant | undefined {
    const [row] = this.sql.exec('SELECT * FROM grants WHERE id = ?', grantId).toArray()
    return row && toGrant(row)
  }

  /** Each change raises the version: the same version is the same grant. */
  isUnchanged({ id, version, state }: Grant): boolean {
    const found = this.sql.exec('SELECT 1 FROM grants WHERE id = ? AND version = ? AND state = ?', id, version, state)
    return found.toArray().length > 0
  }

  /** Living grants of one app beyond so many, which were used last. */
  listBeyond(kept: number, clientId: string, now: EpochSeconds): Grant[] {
    return this.sql
      .exec(
        `SELECT * FROM grants WHERE id IN (
           SELECT id FROM grants WHERE client_id = ? AND state = 'active' AND min(expires_at, idle_expires_at) > ?
            ORDER BY last_used_at DESC, created_at DESC LIMIT -1 OFFSET ?)`,
        clientId,
        now,
        kept,
      )
      .toArray()
      .map(toGrant)
  }

  listActive(clientId?: string): Grant[] {
    const query = clientId
      ? this.sql.exec("SELECT * FROM grants WHERE state = 'active' AND client_id = ?", clientId)
      : this.sql.exec("SELECT * FROM grants WHERE state = 'active'")
    return query.toArray().map(toGrant)
  }

  /** Also those whose code was not redeemed yet. */
  listUnrevoked(clientId: string): Grant[] {
    return this.sql
      .exec("SELECT * FROM grants WHERE state <> 'revoked' AND client_id = ?", clientId)
      .toArray()
      .map(toGrant)
  }

  listEveryUnrevoked(): Grant[] {
    return this.sql.exec("SELECT * FROM grants WHERE state <> 'revoked'").toArray().map(toGrant)
  }

  /** In which they were given. */
  forgetBrowsers(): void {
    this.sql.exec("UPDATE grants SET user_agent = '' WHERE user_agent <> ''")
  }

  insert(grant: Grant): void {
    const columns = toColumns(grantColumns, grant)
    const names = Object.keys(columns)
    this.sql.exec(
      `INSERT INTO grants (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
      ...Object.values(columns),
    )
  }

  /** False: somebody changed the grant since it was read, and nothing is written. */
  update({ id, version }: Grant, changes: Partial<Grant>): boolean {
    const columns = toColumns(changedColumns, changes)
    const assignments = Object.keys(columns).map((column) => `${column} = ?`)
    const sql = `UPDATE grants SET ${assignments.join(', ')} WHERE id = ? AND version = ?`
    return this.sql.exec(sql, ...Object.values(columns), id, version).rowsWritten > 0
  }

  revokeAccessToken(tokenId: string, expiresAt: EpochSeconds): void {
    this.sql.exec(
      'INSERT OR IGNORE INTO revoked_access_tokens (token_id, expires_at) VALUES (?, ?)',
      tokenId,
      expiresAt,
    )
  }

  isAccessTokenRevoked(tokenId: string): boolean {
    return this.sql.exec('SELECT 1 FROM revoked_access_tokens WHERE token_id = ?', tokenId).toArray().length > 0
  }

  /** Codes nobody redeemed, grants long over, markers of tokens that expired by themselves. */
  deleteExpired(now: EpochSeconds, retainRevokedSeconds: number): void {
    this.sql.exec("DELETE FROM grants WHERE state = 'authorized' AND code_expires_at <= ?", now)
    this.sql.exec("DELETE FROM grants WHERE state = 'revoked' AND revoked_at <= ?", now - retainRevokedSeconds)
    this.sql.exec('DELETE FROM revoked_access_tokens WHERE expires_at <= ?', now)
  }

  /** Those whose code nobody redeemed in time. */
  listUnredeemed(now: EpochSeconds): string[] {
    return this.sql
      .exec<{ id: string }>("SELECT id FROM grants WHERE state = 'authorized' AND code_expires_at <= ?", now)
      .toArray()
      .map(({ id }) => id)
  }

  listEnded(now: EpochSeconds): Grant[] {
    return this.sql
      .exec("SELECT * FROM grants WHERE state = 'active' AND min(expires_at, idle_expires_at) <= ?", now)
      .toArray()
      .map(toGrant)
  }

  /** When something here next needs the alarm; null when nothing ever will. */
  nextDeadline(retainRevokedSeconds: number): EpochSeconds | null {
    const { at } = this.sql
      .exec<{ at: number | null }>(
        `SELECT min(at) AS at FROM (
           SELECT min(code_expires_at) AS at FROM grants WHERE state = 'authorized'
           UNION ALL SELECT min(min(expires_at, idle_expires_at)) FROM grants WHERE state = 'active'
           UNION ALL SELECT min(revoked_at) + ? FROM grants WHERE state = 'revoked'
           UNION ALL SELECT min(expires_at) FROM revoked_access_tokens)`,
        retainRevokedSeconds,
      )
      .one()
    return at
  }

  findAccount(): { id: string; shard: string } | undefined {
    return this.sql.exec<{ id: string; shard: string }>('SELECT id, shard FROM account').toArray()[0]
  }

  insertAccount(id: string, shard: string): void {
    this.sql.exec('INSERT INTO account (id, shard) VALUES (?, ?)', id, shard)
  }

  isEmpty(): boolean {
    return this.sql.exec('SELECT 1 FROM grants LIMIT 1').toArray().length === 0
  }
}
