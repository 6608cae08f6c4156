import { DurableObject } from 'cloudflare:workers'
import type { Bindings } from '../env.ts'
import { currentTime, currentTimeMs, type EpochSeconds } from './clock.ts'

const CLEANUP_DELAY_MS = 10 * 60_000

const TABLES = `
  CREATE TABLE IF NOT EXISTS taken (
    key TEXT NOT NULL, at INTEGER NOT NULL, count INTEGER NOT NULL, expires_at INTEGER NOT NULL, PRIMARY KEY (key, at)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS taken_by_expiry ON taken (expires_at);
`

/** How often something may happen within any stretch of time. */
export interface Limit {
  limit: number
  windowSeconds: number
}

/** What was refused was not counted, and may be tried again after that time. */
export type Taken = { ok: true } | { ok: false; retryAfterSeconds: number }

/** Counts what happens by key, exactly. Each take reads and writes in one synchronous step. */
export class Limits extends DurableObject<Bindings> {
  private readonly sql: SqlStorage
  private cleanupScheduled = false

  constructor(ctx: DurableObjectState, env: Bindings) {
    super(ctx, env)
    this.sql = ctx.storage.sql
    this.sql.exec(TABLES)
    // An alarm that is set anew by each new instance would never ring under steady traffic.
    void ctx.blockConcurrencyWhile(async () => {
      this.cleanupScheduled = (await ctx.storage.getAlarm()) !== null
    })
  }

  /** Counts one more, if every limit leaves room for it. */
  take(key: string, limits: readonly Limit[], now: EpochSeconds): Taken {
    const waits = limits.map((limit) => this.findWait(key, limit, now))
    const retryAfterSeconds = Math.max(0, ...waits)
    if (retryAfterSeconds > 0) return { ok: false, retryAfterSeconds }
    const expiresAt = now + Math.max(0, ...limits.map(({ windowSeconds }) => windowSeconds))
    this.sql.exec(
      `INSERT INTO taken (key, at, count, expires_at) VALUES (?1, ?2, 1, ?3)
       ON CONFLICT DO UPDATE SET count = count + 1, expires_at = max(expires_at, ?3)`,
      key,
      now,
      expiresAt,
    )
    this.scheduleCleanup()
    return { ok: true }
  }

  override async alarm(): Promise<void> {
    this.sql.exec('DELETE FROM taken WHERE expires_at <= ?', currentTime())
    const { size } = this.sql.exec<{ size: number }>('SELECT count(*) AS size FROM taken').one()
    this.cleanupScheduled = size > 0
    if (size > 0) await this.ctx.storage.setAlarm(currentTimeMs() + CLEANUP_DELAY_MS)
  }

  /** Seconds until enough of what was taken lies outside the window; 0 when there is room now. */
  private findWait(key: string, { limit, windowSeconds }: Limit, now: EpochSeconds): number {
    const counted = this.sql
      .exec<{ at: number; count: number }>(
        'SELECT at, count FROM taken WHERE key = ? AND at > ? ORDER BY at',
        key,
        now - windowSeconds,
      )
      .toArray()
    let tooMany = counted.reduce((sum, { count }) => sum + count, 0) - limit + 1
    if (tooMany <= 0) return 0
    for (const { at, count } of counted) {
      tooMany -= count
      if (tooMany <= 0) return at + windowSeconds - now
    }
    return windowSeconds
  }

  /** Once per wake; a wake may move a clean-up by minutes, which harms nobody. */
  private scheduleCleanup(): void {
    if (this.cleanupScheduled) return
    this.cleanupScheduled = true
    void this.ctx.storage.setAlarm(currentTimeMs() + CLEANUP_DELAY_MS)
  }
}
