import { DurableObject } from 'cloudflare:workers'
import type { Bindings } from '../env.ts'
import { currentTimeMs, type EpochSeconds } from './clock.ts'

const ALARM_DELAY_MS = 10 * 60_000

/** What may be used once. Each method reads and writes in one synchronous step. */
export class OneTime extends DurableObject<Bindings> {
  private ready = false

  put(key: string, value: string, expiresAt: EpochSeconds): void {
    this.prepare()
    this.ctx.storage.sql.exec(
      'INSERT OR REPLACE INTO once (key, value, expires_at) VALUES (?, ?, ?)',
      key,
      value,
      expiresAt,
    )
  }

  peek(key: string, now: EpochSeconds): string | null {
    this.prepare()
    const [row] = this.ctx.storage.sql
      .exec<{ value: string }>('SELECT value FROM once WHERE key = ? AND expires_at > ?', key, now)
      .toArray()
    return row?.value ?? null
  }

  /** True for exactly one caller per `put`. */
  take(key: string, now: EpochSeconds): boolean {
    this.prepare()
    const taken = this.ctx.storage.sql.exec('DELETE FROM once WHERE key = ? AND expires_at > ?', key, now)
    return taken.rowsWritten > 0
  }

  override async alarm(): Promise<void> {
    this.prepare()
    this.ctx.storage.sql.exec('DELETE FROM once WHERE expires_at <= ?', Math.floor(currentTimeMs() / 1000))
    await this.arm()
  }

  private prepare(): void {
    if (this.ready) return
    this.ctx.storage.sql.exec(
      'CREATE TABLE IF NOT EXISTS once (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires_at INTEGER NOT NULL)',
    )
    this.ready = true
    void this.arm()
  }

  private async arm(): Promise<void> {
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(currentTimeMs() + ALARM_DELAY_MS)
  }
}
