import type { EpochDay, UsageCount } from '../apps/usage.ts'
import type { AuditEvent } from '../audit/events.ts'

const MAX_COUNTS = 100
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

/** Tokens issued, as one delivery brings them: counted once, however often it is repeated. */
export interface UsageDelivery {
  id: string
  counts: readonly (UsageCount & { clientId: string })[]
}

type Kind = 'event' | 'grant' | 'renewal' | 'forgotten' | 'count' | 'usage'
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

  /** One more token. Counts of the same app, day and grant type wait as one. */
  countToken(clientId: string, grantType: string, day: EpochDay): void {
    this.sql.exec(
      `INSERT INTO outbox (id, kind, payload) VALUES (?, 'count', '1')
       ON CONFLICT (id) DO UPDATE SET payload = payload + 1`,
      JSON.stringify([clientId, grantType, day]),
    )
  }

  /** What was counted so far becomes a delivery, whose id tells a repetition from more of the same. */
  sealCounts(deliveryId: string): void {
    const rows = this.list('count', MAX_COUNTS)
    const counts = rows.map(({ id, payload }) => {
      const [clientId, grantType, day] = JSON.parse(id)
      return { clientId, grantType, day, tokens: Number(payload) }
    })
    if (counts.length === 0) return
    this.sql.exec("INSERT INTO outbox (id, kind, payload) VALUES (?, 'usage', ?)", deliveryId, JSON.stringify(counts))
    for (const { id } of rows) this.sql.exec('DELETE FROM outbox WHERE id = ?', id)
  }

  listUsage(limit: number): UsageDelivery[] {
    return this.list('usage', limit).map(({ id, payload }) => ({ id, counts: JSON.parse(payload) }))
  }

  usageDelivered(id: string): void {
    this.sql.exec("DELETE FROM outbox WHERE id = ? AND kind = 'usage'", id)
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
