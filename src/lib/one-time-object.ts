import { DurableObject } from 'cloudflare:workers'
import type { Bindings } from '../env.ts'
import { type AnswerClaim, Answers } from './answers-store.ts'
import { currentTime, currentTimeMs, type EpochSeconds } from './clock.ts'
import { equalInConstantTime } from './encoding.ts'

const CLEANUP_DELAY_MS = 10 * 60_000
const ATTEMPTS_KEPT_SECONDS = 86_400

const TABLES = `
  CREATE TABLE IF NOT EXISTS once (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires_at INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS challenges (
    key TEXT PRIMARY KEY, answer TEXT NOT NULL, binding TEXT NOT NULL, expires_at INTEGER NOT NULL
  );
  CREATE TABLE IF NOT EXISTS attempts (key TEXT NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL);
  CREATE INDEX IF NOT EXISTS attempts_by_key ON attempts (key, kind, at);
`

type AttemptKind = 'challenge' | 'wrong'

/** How often something may be tried within a time, a day at most: attempts are kept no longer. */
export interface Quota {
  limit: number
  windowSeconds: number
}

/** A question that only whoever got the answer, and asked from here, can settle; both are kept hashed. */
export interface Challenge {
  answer: string
  binding: string
  expiresAt: EpochSeconds
}

/** `wrong`: not the answer to the challenge asked from here. `unknown`: there is none, or not from here. */
export type ChallengeOutcome = { kind: 'right' } | { kind: 'wrong' | 'unknown'; triesLeft: number } | { kind: 'quota' }

/** What may be used once. Each method reads and writes in one synchronous step. */
export class OneTime extends DurableObject<Bindings> {
  private readonly sql: SqlStorage
  private readonly answers: Answers
  private cleanupScheduled = false

  constructor(ctx: DurableObjectState, env: Bindings) {
    super(ctx, env)
    this.sql = ctx.storage.sql
    this.sql.exec(TABLES)
    this.answers = new Answers(ctx.storage.sql)
    // An alarm that is set anew by each new instance would never ring under steady traffic.
    void ctx.blockConcurrencyWhile(async () => {
      this.cleanupScheduled = (await ctx.storage.getAlarm()) !== null
    })
  }

  put(key: string, value: string, expiresAt: EpochSeconds): void {
    this.sql.exec('INSERT OR REPLACE INTO once (key, value, expires_at) VALUES (?, ?, ?)', key, value, expiresAt)
    this.scheduleCleanup()
  }

  peek(key: string, now: EpochSeconds): string | null {
    const [row] = this.sql
      .exec<{ value: string }>('SELECT value FROM once WHERE key = ? AND expires_at > ?', key, now)
      .toArray()
    return row?.value ?? null
  }

  /** True for exactly one caller per `put`. */
  take(key: string, now: EpochSeconds): boolean {
    return (
      this.sql.exec('DELETE FROM once WHERE key = ? AND expires_at > ? RETURNING key', key, now).toArray().length > 0
    )
  }

  /** A new challenge ends the old one of the same key. False: too many within the quota. */
  challenge(key: string, challenge: Challenge, quota: Quota, now: EpochSeconds): boolean {
    if (this.countAttempts(key, 'challenge', quota, now) >= quota.limit) return false
    this.recordAttempt(key, 'challenge', now)
    this.sql.exec(
      'INSERT OR REPLACE INTO challenges (key, answer, binding, expires_at) VALUES (?, ?, ?, ?)',
      key,
      challenge.answer,
      challenge.binding,
      challenge.expiresAt,
    )
    return true
  }

  /** Right at most once. Wrong answers count for the key, whether or not there is a challenge. */
  answer(key: string, given: { answer: string; binding: string }, quota: Quota, now: EpochSeconds): ChallengeOutcome {
    const triesLeft = quota.limit - this.countAttempts(key, 'wrong', quota, now)
    if (triesLeft <= 0) return { kind: 'quota' }
    const [challenge] = this.sql
      .exec<{ answer: string; binding: string }>(
        'SELECT answer, binding FROM challenges WHERE key = ? AND expires_at > ?',
        key,
        now,
      )
      .toArray()
    const bound = challenge !== undefined && equalInConstantTime(challenge.binding, given.binding)
    if (bound && equalInConstantTime(challenge.answer, given.answer)) {
      this.sql.exec('DELETE FROM challenges WHERE key = ?', key)
      return { kind: 'right' }
    }
    this.recordAttempt(key, 'wrong', now)
    return { kind: bound ? 'wrong' : 'unknown', triesLeft: triesLeft - 1 }
  }

  /** Who asks for the same meanwhile waits for what the first one settles or releases. */
  claimAnswer(key: string, claim: string): Promise<AnswerClaim> {
    this.scheduleCleanup()
    return this.answers.claim(key, claim)
  }

  settleAnswer(key: string, claim: string, answer: string, until: EpochSeconds): void {
    this.answers.settle(key, claim, answer, until)
  }

  releaseAnswer(key: string, claim: string): void {
    this.answers.release(key, claim)
  }

  override async alarm(): Promise<void> {
    const now = currentTime()
    this.sql.exec('DELETE FROM once WHERE expires_at <= ?', now)
    this.sql.exec('DELETE FROM challenges WHERE expires_at <= ?', now)
    this.sql.exec('DELETE FROM attempts WHERE at <= ?', now - ATTEMPTS_KEPT_SECONDS)
    this.answers.deleteExpired(now)
    const { size: others } = this.sql
      .exec<{ size: number }>('SELECT (SELECT count(*) FROM once) + (SELECT count(*) FROM attempts) AS size')
      .one()
    const size = others + this.answers.count()
    this.cleanupScheduled = size > 0
    if (size > 0) await this.ctx.storage.setAlarm(currentTimeMs() + CLEANUP_DELAY_MS)
  }

  private recordAttempt(key: string, kind: AttemptKind, now: EpochSeconds): void {
    this.sql.exec('INSERT INTO attempts (key, kind, at) VALUES (?, ?, ?)', key, kind, now)
    this.scheduleCleanup()
  }

  private countAttempts(key: string, kind: AttemptKind, { windowSeconds }: Quota, now: EpochSeconds): number {
    return this.sql
      .exec<{ count: number }>(
        'SELECT count(*) AS count FROM attempts WHERE key = ? AND kind = ? AND at > ?',
        key,
        kind,
        now - windowSeconds,
      )
      .one().count
  }

  /** Once per wake; a wake may move a clean-up by minutes, which harms nobody. */
  private scheduleCleanup(): void {
    if (this.cleanupScheduled) return
    this.cleanupScheduled = true
    void this.ctx.storage.setAlarm(currentTimeMs() + CLEANUP_DELAY_MS)
  }
}
