/** What an object does by itself: the one alarm rings for the first of them. */
export type Duty = 'keys' | 'usage' | 'replica'

const TABLE = 'CREATE TABLE IF NOT EXISTS deadlines (duty TEXT PRIMARY KEY, at_ms INTEGER NOT NULL) WITHOUT ROWID'

export class DeadlinesStore {
  private readonly storage: DurableObjectStorage

  constructor(storage: DurableObjectStorage) {
    this.storage = storage
    storage.sql.exec(TABLE)
  }

  /** At this time or before. */
  want(duty: Duty, atMs: number): void {
    this.storage.sql.exec(
      'INSERT INTO deadlines (duty, at_ms) VALUES (?, ?) ON CONFLICT DO UPDATE SET at_ms = min(at_ms, excluded.at_ms)',
      duty,
      atMs,
    )
    this.arm()
  }

  /** What is due; it is no longer wanted. */
  takeDue(nowMs: number): Duty[] {
    return this.storage.sql
      .exec<{ duty: Duty }>('DELETE FROM deadlines WHERE at_ms <= ? RETURNING duty', nowMs)
      .toArray()
      .map(({ duty }) => duty)
  }

  /** Also for an object whose alarm was lost. */
  arm(): void {
    const { at } = this.storage.sql.exec<{ at: number | null }>('SELECT min(at_ms) AS at FROM deadlines').one()
    if (at !== null) void this.storage.setAlarm(at)
  }
}
