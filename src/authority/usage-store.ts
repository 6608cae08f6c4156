import type { UsageCount } from '../apps/usage.ts'

const TABLES = `
  CREATE TABLE IF NOT EXISTS usage (
    client_id TEXT NOT NULL, grant_type TEXT NOT NULL, day INTEGER NOT NULL, tokens INTEGER NOT NULL,
    PRIMARY KEY (client_id, grant_type, day)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS used_secrets (id TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS deliveries (id TEXT PRIMARY KEY, payload TEXT NOT NULL) WITHOUT ROWID;
`

export type CountedTokens = UsageCount & { clientId: string }

/** One delivery: counted once in D1, however often it is repeated. */
export interface UsageDelivery {
  id: string
  counts: readonly CountedTokens[]
  secrets: readonly { id: string; at: number }[]
}

/** What an authority counted and has not told D1 yet. */
export class UsageStore {
  private readonly sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.sql = sql
    sql.exec(TABLES)
  }

  add({ clientId, grantType, day, tokens }: CountedTokens): void {
    this.sql.exec(
      `INSERT INTO usage (client_id, grant_type, day, tokens) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET tokens = tokens + excluded.tokens`,
      clientId,
      grantType,
      day,
      tokens,
    )
  }

  addSecret(id: string, at: number): void {
    this.sql.exec('INSERT OR REPLACE INTO used_secrets (id, at) VALUES (?, ?)', id, at)
  }

  /** The delivery that failed, or a new one of what was counted since; undefined: nothing waits. */
  nextDelivery(id: string, limit: number): UsageDelivery | undefined {
    const [waiting] = this.sql.exec<{ id: string; payload: string }>('SELECT id, payload FROM deliveries').toArray()
    if (waiting) return { id: waiting.id, ...JSON.parse(waiting.payload) }
    const counts = this.sql
      .exec<{ clientId: string; grantType: string; day: number; tokens: number }>(
        `DELETE FROM usage WHERE (client_id, grant_type, day) IN (SELECT client_id, grant_type, day FROM usage LIMIT ?)
         RETURNING client_id AS clientId, grant_type AS grantType, day, tokens`,
        limit,
      )
      .toArray()
    const secrets = this.sql
      .exec<{ id: string; at: number }>(
        'DELETE FROM used_secrets WHERE id IN (SELECT id FROM used_secrets LIMIT ?) RETURNING id, at',
        limit,
      )
      .toArray()
    if (counts.length === 0 && secrets.length === 0) return undefined
    this.sql.exec('INSERT INTO deliveries (id, payload) VALUES (?, ?)', id, JSON.stringify({ counts, secrets }))
    return { id, counts, secrets }
  }

  delivered(id: string): void {
    this.sql.exec('DELETE FROM deliveries WHERE id = ?', id)
  }
}
