import { addRefusalCountsStatements, type RefusalCount, type RefusalCountOfApp } from '../apps/refusal-counts-store.ts'
import { MAX_ERRORS_PER_REASON, noteTokenErrorsStatements, type TokenErrorOfApp } from '../apps/token-errors-store.ts'
import { epochDay } from '../apps/usage.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { batch } from '../lib/d1.ts'

/** More than this between two writes is forgotten: apps and reasons that are told apart. */
const MAX_WAITING = 2000
const PAUSE_MS = 1000
/** A request may work this long behind its answer; what is left waits for the next refusal. */
const MAX_WRITES = 10
/** A request whose work was cut off says nothing: after this time the next one writes. */
const ABANDONED_SECONDS = 30

/**
 * Refusals of this isolate that wait to be written: at once when nobody writes, and once a second while many come, so
 * that a flood of refusals is no flood of writes and a burst loses nothing.
 */
export class RefusalNotes {
  private errors = new Map<string, TokenErrorOfApp[]>()
  private counts = new Map<string, RefusalCountOfApp>()
  private writingSince: EpochSeconds | undefined

  /** Of the same app and reason the newest are kept, as they are in the table. */
  keepError(error: TokenErrorOfApp): void {
    const key = `${error.clientId} ${error.reason}`
    const waiting = this.errors.get(key) ?? []
    if (waiting.length === 0 && this.errors.size >= MAX_WAITING) return
    this.errors.set(key, [...waiting, error].slice(-MAX_ERRORS_PER_REASON))
  }

  count(refusal: Omit<RefusalCount, 'count' | 'day' | 'lastAt'> & { clientId: string; at: EpochSeconds }): void {
    const { at, ...rest } = refusal
    const day = epochDay(at)
    const key = `${rest.clientId} ${day} ${rest.endpoint} ${rest.reason}`
    const known = this.counts.get(key)
    if (!known && this.counts.size >= MAX_WAITING) return
    this.counts.set(key, { ...rest, day, count: (known?.count ?? 0) + 1, lastAt: at })
  }

  /** Whether somebody writes already; if not, the caller has to. */
  isBeingWritten(now: EpochSeconds): boolean {
    return this.writingSince !== undefined && now - this.writingSince < ABANDONED_SECONDS
  }

  async write(db: D1Database, now: EpochSeconds): Promise<void> {
    this.writingSince = now
    try {
      for (let writes = 0; writes < MAX_WRITES && this.isWaiting(); writes++) {
        if (writes > 0) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
        const statements = this.take(db)
        await batch(db, statements)
      }
    } finally {
      this.writingSince = undefined
    }
  }

  private isWaiting(): boolean {
    return this.errors.size > 0 || this.counts.size > 0
  }

  private take(db: D1Database): D1PreparedStatement[] {
    const [errors, counts] = [[...this.errors.values()].flat(), [...this.counts.values()]]
    this.errors = new Map()
    this.counts = new Map()
    return [...noteTokenErrorsStatements(db, errors), ...addRefusalCountsStatements(db, counts)]
  }
}
