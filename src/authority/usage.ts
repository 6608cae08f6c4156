import type { AuthenticatedSecret } from '../apps/authenticate-client.ts'
import type { GrantType } from '../apps/grant-types.ts'
import { secretUsedStatement } from '../apps/secrets-store.ts'
import { epochDay } from '../apps/usage.ts'
import { countUsageStatements } from '../apps/usage-store.ts'
import { currentTimeMs, type EpochSeconds } from '../lib/clock.ts'
import { batch } from '../lib/d1.ts'
import { randomId } from '../lib/random.ts'
import { UsageStore } from './usage-store.ts'

/** In memory at most this long; a crash loses that much of a chart. */
const SAVE_MS = 5000
/** D1 is told once in this time, however many tokens there were, */
const DELIVERY_MS = 60_000
/** and so soon when it was told of nothing for as long: whoever connects an app for the first time looks at the chart. */
const FIRST_DELIVERY_MS = 10_000
const MAX_COUNTS = 100
/** "Last used" of a secret is known to the hour. */
const SECRET_RESOLUTION_SECONDS = 3600
const MAX_SECRETS = 10_000

/** Counts tokens where they are signed (docs/decisions/028-the-authority.md). */
export class Usage {
  private readonly store: UsageStore
  private readonly deliverAt: (atMs: number) => void
  private deliveredAtMs = 0
  private counts = new Map<string, { clientId: string; grantType: GrantType; day: number; tokens: number }>()
  private readonly secretsUsed = new Map<string, EpochSeconds>()
  private saving = false

  constructor(sql: SqlStorage, deliverAt: (atMs: number) => void) {
    this.store = new UsageStore(sql)
    this.deliverAt = deliverAt
  }

  count(clientId: string, grantType: GrantType, now: EpochSeconds): void {
    const day = epochDay(now)
    const key = `${clientId} ${grantType} ${day}`
    const known = this.counts.get(key)
    if (known) known.tokens++
    else this.counts.set(key, { clientId, grantType, day, tokens: 1 })
    this.saveSoon()
  }

  noteSecret({ id, lastUsedAt }: AuthenticatedSecret, now: EpochSeconds): void {
    const last = Math.max(lastUsedAt ?? 0, this.secretsUsed.get(id) ?? 0)
    if (now - last < SECRET_RESOLUTION_SECONDS) return
    if (this.secretsUsed.size >= MAX_SECRETS) this.secretsUsed.clear()
    this.secretsUsed.set(id, now)
    this.store.addSecret(id, now)
    this.wantDelivery()
  }

  async deliver(db: D1Database, now: EpochSeconds): Promise<void> {
    this.save()
    this.deliveredAtMs = currentTimeMs()
    for (;;) {
      const delivery = this.store.nextDelivery(randomId('use'), MAX_COUNTS)
      if (!delivery) return
      const { id, counts, secrets } = delivery
      await batch(db, [
        ...countUsageStatements(db, { id, counts }, now),
        ...secrets.map((secret) => secretUsedStatement(db, secret.id, secret.at)),
      ])
      this.store.delivered(id)
    }
  }

  private wantDelivery(): void {
    this.deliverAt(Math.max(currentTimeMs() + FIRST_DELIVERY_MS, this.deliveredAtMs + DELIVERY_MS))
  }

  private saveSoon(): void {
    if (this.saving) return
    this.saving = true
    setTimeout(() => this.save(), SAVE_MS)
  }

  private save(): void {
    this.saving = false
    if (this.counts.size === 0) return
    for (const counted of this.counts.values()) this.store.add(counted)
    this.counts = new Map()
    this.wantDelivery()
  }
}
