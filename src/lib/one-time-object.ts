import { DurableObject } from 'cloudflare:workers'
import { z } from 'zod'
import type { Bindings } from '../env.ts'
import { type AnswerClaim, Answers } from './answers-store.ts'
import { currentTime, currentTimeMs, type EpochSeconds } from './clock.ts'
import { ownRow } from './columns.ts'
import { equalInConstantTime } from './encoding.ts'

const CLEANUP_DELAY_MS = 10 * 60_000

const TABLES = `
  CREATE TABLE IF NOT EXISTS once (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS open_challenges (
    key TEXT PRIMARY KEY, answer TEXT NOT NULL, value TEXT NOT NULL, nonce TEXT NOT NULL, tries_left INTEGER NOT NULL,
    asked_at INTEGER NOT NULL, answered_at INTEGER, expires_at INTEGER NOT NULL
  ) WITHOUT ROWID;
`

/** A question that only whoever got the answer can settle, and only who knows its key can try to. */
export interface Challenge {
  /** Kept hashed by whoever asks. */
  answer: string
  /** What the question is about, for whoever has the key. */
  value: string
  /** Told to everybody who answers right: what they make of it is the same for the first and for a repeat. */
  nonce: string
  tries: number
  expiresAt: EpochSeconds
}

const toChallenge = ownRow(
  z.object({
    answer: z.string(),
    value: z.string(),
    nonce: z.string(),
    tries_left: z.number(),
    asked_at: z.number(),
    answered_at: z.number().nullable(),
  }),
)

/**
 * `right`: the first time, and for `repeatSeconds` whenever the same answer is given again. `wrong`: with none left, it
 * can never be right any more. `unknown`: there is no such challenge, or not any more.
 */
export type ChallengeOutcome =
  | { kind: 'right'; nonce: string; first: boolean }
  | { kind: 'wrong'; triesLeft: number }
  | { kind: 'unknown' }

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

  /** False, and nothing changes: one of the same key was asked less than `repeatSeconds` ago, and still waits. */
  challenge(key: string, challenge: Challenge, repeatSeconds: number, now: EpochSeconds): boolean {
    const waiting = this.peekChallenge(key, now)
    if (waiting && waiting.askedAt > now - repeatSeconds) return false
    this.sql.exec(
      `INSERT OR REPLACE INTO open_challenges (key, answer, value, nonce, tries_left, asked_at, expires_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      key,
      challenge.answer,
      challenge.value,
      challenge.nonce,
      challenge.tries,
      now,
      challenge.expiresAt,
    )
    this.scheduleCleanup()
    return true
  }

  /** What a challenge is about that can still be answered, and since when. */
  peekChallenge(key: string, now: EpochSeconds): { value: string; askedAt: EpochSeconds } | null {
    const asked = this.findChallenge(key, now)
    return asked && asked.answeredAt === null && asked.triesLeft > 0
      ? { value: asked.value, askedAt: asked.askedAt }
      : null
  }

  /** A try without a challenge writes nothing: it costs nobody anything. */
  answer(key: string, answer: string, repeatSeconds: number, now: EpochSeconds): ChallengeOutcome {
    const asked = this.findChallenge(key, now)
    if (!asked) return { kind: 'unknown' }
    if (asked.triesLeft <= 0) return { kind: 'wrong', triesLeft: 0 }
    const right = equalInConstantTime(asked.answer, answer)
    if (asked.answeredAt !== null) {
      const repeated = right && asked.answeredAt > now - repeatSeconds
      return repeated ? { kind: 'right', nonce: asked.nonce, first: false } : { kind: 'unknown' }
    }
    if (!right) {
      this.sql.exec('UPDATE open_challenges SET tries_left = tries_left - 1 WHERE key = ?', key)
      return { kind: 'wrong', triesLeft: asked.triesLeft - 1 }
    }
    this.sql.exec('UPDATE open_challenges SET answered_at = ? WHERE key = ?', now, key)
    return { kind: 'right', nonce: asked.nonce, first: true }
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
    this.sql.exec('DELETE FROM open_challenges WHERE expires_at <= ?', now)
    this.answers.deleteExpired(now)
    const { size: others } = this.sql
      .exec<{ size: number }>('SELECT (SELECT count(*) FROM once) + (SELECT count(*) FROM open_challenges) AS size')
      .one()
    const size = others + this.answers.count()
    this.cleanupScheduled = size > 0
    if (size > 0) await this.ctx.storage.setAlarm(currentTimeMs() + CLEANUP_DELAY_MS)
  }

  private findChallenge(key: string, now: EpochSeconds) {
    const found = this.sql.exec('SELECT * FROM open_challenges WHERE key = ? AND expires_at > ?', key, now)
    return found.toArray().map(toChallenge)[0]
  }

  /** Once per wake; a wake may move a clean-up by minutes, which harms nobody. */
  private scheduleCleanup(): void {
    if (this.cleanupScheduled) return
    this.cleanupScheduled = true
    void this.ctx.storage.setAlarm(currentTimeMs() + CLEANUP_DELAY_MS)
  }
}
