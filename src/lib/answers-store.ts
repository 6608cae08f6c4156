import { currentTime, currentTimeMs, type EpochSeconds } from './clock.ts'

const TABLE = `
  CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY,           -- what was asked, and by whom: a hash
    claim TEXT NOT NULL,            -- of the one who works on it
    claimed_until INTEGER NOT NULL, -- then its Worker is taken for dead, if there is no answer
    answer TEXT,                    -- sealed
    answered_until INTEGER,         -- then the answer is forgotten, but not that there was one
    expires_at INTEGER NOT NULL
  ) WITHOUT ROWID;
`
/** Longer than a Worker goes on for somebody who left. */
const CLAIM_SECONDS = 60
/** Shorter than a browser waits for an answer. */
const WAIT_MS = 25_000
const EXPIRES_SECONDS = 86_400

/** `working`: the first one takes longer than anybody waits. `spent`: it was answered, and the answer is forgotten. */
export type AnswerClaim = { kind: 'first' | 'spent' | 'working' } | { kind: 'answered'; answer: string }

/** The answers to what counts once. Those who ask for the same meanwhile wait for the answer of the first. */
export class Answers {
  private readonly sql: SqlStorage
  private readonly waiting = new Map<string, Set<() => void>>()

  constructor(sql: SqlStorage) {
    this.sql = sql
    this.sql.exec(TABLE)
  }

  async claim(key: string, claim: string): Promise<AnswerClaim> {
    const deadline = currentTimeMs() + WAIT_MS
    for (;;) {
      const found = this.claimNow(key, claim, currentTime())
      const left = deadline - currentTimeMs()
      if (found.kind !== 'working' || left <= 0) return found
      await this.change(key, left)
    }
  }

  settle(key: string, claim: string, answer: string, until: EpochSeconds): void {
    this.sql.exec(
      'UPDATE answers SET answer = ?, answered_until = ? WHERE key = ? AND claim = ? AND answer IS NULL',
      answer,
      until,
      key,
      claim,
    )
    this.wake(key)
  }

  /** Nothing came of it: the next one who asks is the first again. */
  release(key: string, claim: string): void {
    this.sql.exec('DELETE FROM answers WHERE key = ? AND claim = ? AND answer IS NULL', key, claim)
    this.wake(key)
  }

  deleteExpired(now: EpochSeconds): void {
    this.sql.exec('UPDATE answers SET answer = ? WHERE answered_until <= ?', '', now)
    this.sql.exec('DELETE FROM answers WHERE expires_at <= ?', now)
  }

  count(): number {
    return this.sql.exec<{ size: number }>('SELECT count(*) AS size FROM answers').one().size
  }

  /** In one synchronous step: of all who ask at once, one is told that it is the first. */
  private claimNow(key: string, claim: string, now: EpochSeconds): AnswerClaim {
    const [known] = this.sql
      .exec<{ claimed_until: number; answer: string | null; answered_until: number | null }>(
        'SELECT claimed_until, answer, answered_until FROM answers WHERE key = ? AND expires_at > ?',
        key,
        now,
      )
      .toArray()
    if (known?.answer != null) {
      return (known.answered_until ?? 0) > now ? { kind: 'answered', answer: known.answer } : { kind: 'spent' }
    }
    if (known && known.claimed_until > now) return { kind: 'working' }
    this.sql.exec(
      'INSERT OR REPLACE INTO answers (key, claim, claimed_until, expires_at) VALUES (?, ?, ?, ?)',
      key,
      claim,
      now + CLAIM_SECONDS,
      now + EXPIRES_SECONDS,
    )
    return { kind: 'first' }
  }

  /** Until something is known about the key, or the time is over. */
  private change(key: string, timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const others = this.waiting.get(key) ?? new Set()
      const timer = setTimeout(wake, timeoutMs)
      function wake() {
        clearTimeout(timer)
        others.delete(wake)
        resolve()
      }
      this.waiting.set(key, others.add(wake))
    })
  }

  private wake(key: string): void {
    const waiting = [...(this.waiting.get(key) ?? [])]
    this.waiting.delete(key)
    for (const wake of waiting) wake()
  }
}
