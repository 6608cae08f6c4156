import type { AuditEvent } from '../audit/events.ts'

const TABLES = `
  CREATE TABLE IF NOT EXISTS outbox (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, payload TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0
  );
`

/** A grant whose views are behind: which version they have to reach at least. */
export interface DirtyGrant {
  grantId: string
  version: number
}

type Kind = 'event' | 'grant' | 'renewal' | 'forgotten'
type OutboxRow = { id: string; payload: string }

function renewalId(grantId: string): string {
  return `renewal:${grantId}`
}

/** What must follow a commit. Written in the same transaction, deleted when it was delivered. */
export class OutboxStore {
  private readonly sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.sql = sql
  }

  createTables(): void {
    this.sql.exec(TABLES)
  }

  addEvent(event: AuditEvent): void {
    this.sql.exec(
      "INSERT OR IGNORE INTO outbox (id, kind, payload) VALUES (?, 'event', ?)",
      event.id,
      JSON.stringify(event),
    )
  }

  /** Several changes before a delivery are one delivery of the newest. */
  markDirty({ grantId, version }: DirtyGrant): void {
    this.sql.exec(
      `INSERT INTO outbox (id, kind, payload) VALUES (?, 'grant', ?)
       ON CONFLICT (id) DO UPDATE SET payload = excluded.payload`,
      grantId,
      String(version),
    )
  }

  /** The access tokens of a grant from before this version have to die, and its next ones to live. */
  addRenewal({ grantId, version }: DirtyGrant): void {
    this.sql.exec(
      `INSERT INTO outbox (id, kind, payload) VALUES (?, 'renewal', ?)
       ON CONFLICT (id) DO UPDATE SET payload = excluded.payload`,
      renewalId(grantId),
      String(version),
    )
  }

  listRenewals(limit: number): DirtyGrant[] {
    return this.list('renewal', limit).map(({ id, payload }) => ({
      grantId: id.slice(renewalId('').length),
      version: Number(payload),
    }))
  }

  renewalDelivered({ grantId, version }: DirtyGrant): void {
    this.sql.exec('DELETE FROM outbox WHERE id = ? AND payload = ?', renewalId(grantId), String(version))
  }

  /** A key that no view of ours will write again. */
  addForgottenKey(key: string): void {
    this.sql.exec("INSERT OR IGNORE INTO outbox (id, kind, payload) VALUES (?, 'forgotten', '')", key)
  }

  listForgottenKeys(limit: number): string[] {
    return this.list('forgotten', limit).map((row) => row.id)
  }

  keyForgotten(key: string): void {
    this.sql.exec("DELETE FROM outbox WHERE id = ? AND kind = 'forgotten'", key)
  }

  listEvents(limit: number): AuditEvent[] {
    return this.list('event', limit).map((row) => JSON.parse(row.payload))
  }

  listDirty(limit: number): DirtyGrant[] {
    return this.list('grant', limit).map((row) => ({ grantId: row.id, version: Number(row.payload) }))
  }

  eventDelivered(id: string): void {
    this.sql.exec("DELETE FROM outbox WHERE id = ? AND kind = 'event'", id)
  }

  /** Keeps the mark when the grant changed while its views were being written. */
  grantDelivered({ grantId, version }: DirtyGrant): void {
    this.sql.exec("DELETE FROM outbox WHERE id = ? AND kind = 'grant' AND payload = ?", grantId, String(version))
  }

  countFailure(): void {
    this.sql.exec('UPDATE outbox SET attempts = attempts + 1')
  }

  /** Null when nothing waits; else how often the one that waited longest has failed. */
  waiting(): { attempts: number } | null {
    const [row] = this.sql
      .exec<{ attempts: number; size: number }>(
        'SELECT coalesce(max(attempts), 0) AS attempts, count(*) AS size FROM outbox',
      )
      .toArray()
    return row && row.size > 0 ? { attempts: row.attempts } : null
  }

  private list(kind: Kind, limit: number): OutboxRow[] {
    return this.sql
      .exec<OutboxRow>('SELECT id, payload FROM outbox WHERE kind = ? ORDER BY rowid LIMIT ?', kind, limit)
      .toArray()
  }
}
