import { type AuditEvent, newAuditEvent } from '../audit/events.ts'
import type { KnownStatus, RefusedPart } from '../authority/issue.ts'
import type { Bindings, Config, Shard } from '../env.ts'
import { ProtocolError, type Reason } from '../errors.ts'
import type { Grant, RevocationReason } from '../grants/grant.ts'
import { currentTimeMs, type EpochSeconds } from '../lib/clock.ts'
import { Alarm } from './alarm.ts'
import { GrantsStore } from './grants-store.ts'
import { backoffMs, DELIVERY_DELAY_MS, UNHURRIED_DELIVERY_DELAY_MS } from './outbox.ts'
import { OutboxStore } from './outbox-store.ts'
import { SpentRefreshTokensStore } from './spent-refresh-tokens-store.ts'

/** How long a revoked grant is remembered, so that a late answer still has its reason. */
const REVOKED_RETENTION_SECONDS = 30 * 86_400

/** The grant changed between reading and committing: what was computed is thrown away. */
export class VersionChanged extends Error {
  override readonly name = 'VersionChanged'
}

/** A refusal that says whom it is about. */
export class RefusedByAuthority extends ProtocolError {
  readonly part: RefusedPart

  constructor(part: RefusedPart, ...refusal: ConstructorParameters<typeof ProtocolError>) {
    super(...refusal)
    this.part = part
  }
}

/** The grants of one account, and the one way to change them. */
export class Ledger {
  readonly env: Bindings
  readonly config: Config
  readonly grants: GrantsStore
  readonly spent: SpentRefreshTokensStore
  readonly outbox: OutboxStore
  readonly alarm: Alarm
  private readonly storage: DurableObjectStorage
  private tablesReady: boolean
  /** The hour of the last refusal of a grant that was recorded. */
  private readonly refusedIn = new Map<string, number>()

  constructor(storage: DurableObjectStorage, env: Bindings, config: Config, alarmAtMs: number | null) {
    this.storage = storage
    this.env = env
    this.config = config
    this.grants = new GrantsStore(storage.sql)
    this.spent = new SpentRefreshTokensStore(storage.sql)
    this.outbox = new OutboxStore(storage.sql)
    this.alarm = new Alarm(storage, alarmAtMs)
    this.tablesReady = this.grants.exists()
    if (this.tablesReady) this.grants.upgrade()
  }

  /** False: nothing was ever authorized here, and asking must not change that. */
  get exists(): boolean {
    return this.tablesReady
  }

  find(grantId: string): Grant | undefined {
    return this.tablesReady ? this.grants.find(grantId) : undefined
  }

  /** One synchronous transaction: all of `change`, or nothing at all. The alarm it asks for is set in the same turn. */
  commit<T>(change: () => T): T {
    if (!this.tablesReady) this.createTables()
    return this.alarm.around(() => this.storage.transactionSync(change))
  }

  /** The grant is still as it was read, for a commit that does not save it. */
  requireUnchanged(read: Grant): void {
    if (!this.grants.isUnchanged(read)) throw new VersionChanged()
  }

  /**
   * Writes the next version of a grant, inside a commit, which becomes nothing if somebody changed the grant since it
   * was read. `projected`: its views have to follow.
   */
  save(grant: Grant, changes: Partial<Grant>, { projected }: { projected: boolean }): Grant {
    const version = grant.version + 1
    if (!this.grants.update(grant, { ...changes, version })) throw new VersionChanged()
    const next = { ...grant, ...changes, version }
    if (projected) this.markDirty(next)
    return next
  }

  /** Ends a grant for good. Does not queue: no refresh in flight can undo it. */
  revoke(grant: Grant, reason: RevocationReason, now: EpochSeconds, event: Partial<AuditEvent> = {}): void {
    if (grant.state === 'revoked') return
    const end = { state: 'revoked', revokedAt: now, revocationReason: reason, refreshHash: null } as const
    this.save(grant, end, { projected: true })
    this.spent.deleteOfGrant(grant.id)
    this.alarm.want(currentTimeMs() + DELIVERY_DELAY_MS)
    this.record('grant.revoked', grant, now, { reason, ...event })
  }

  record(event: AuditEvent['event'], grant: Grant, now: EpochSeconds, more: Partial<AuditEvent> = {}): void {
    this.outbox.addEvent(
      newAuditEvent({
        event,
        at: now,
        accountId: this.account.id,
        clientId: grant.clientId,
        grantId: grant.id,
        organizations: grant.organizations,
        ...more,
      }),
    )
    this.alarm.want(currentTimeMs() + UNHURRIED_DELIVERY_DELAY_MS)
  }

  /** Once an hour and grant, however often an app tries: the id says which hour it was. */
  recordRefusal(grant: Grant, reason: string, now: EpochSeconds): void {
    const hour = Math.floor(now / 3600)
    if (this.refusedIn.get(grant.id) === hour) return
    this.refusedIn.set(grant.id, hour)
    const id = `evt_refused_${grant.id}_${hour}`
    this.commit(() => this.record('token.refused', grant, now, { id, actor: grant.clientId, reason }))
  }

  markDirty(grant: Grant): void {
    this.outbox.markDirty({ grantId: grant.id, version: grant.version })
    this.alarm.want(currentTimeMs() + UNHURRIED_DELIVERY_DELAY_MS)
  }

  /** Inside a commit: access tokens that are out say too much by now, and must die before they expire. */
  renewStatus(grant: Grant, changes: Partial<Grant> = {}): void {
    const next = this.save(grant, changes, { projected: true })
    this.outbox.addRenewal({ grantId: next.id, version: next.version })
    this.alarm.want(currentTimeMs() + DELIVERY_DELAY_MS)
  }

  /** What an authority, or our own delivery, found to be the index of the grant's tokens. Raises no version. */
  learnStatus(grant: Grant, status: KnownStatus | null): void {
    if (status && (status.id !== grant.status?.id || status.revision !== grant.status.revision)) {
      this.grants.setStatus(grant.id, status)
    }
  }

  /** For an object that wakes without an alarm, and after each alarm: the next time that something is due. */
  armNext(): void {
    if (!this.tablesReady) return
    const waiting = this.outbox.waiting()
    const deadlines = [
      waiting && currentTimeMs() + backoffMs(waiting.attempts),
      toMs(this.grants.nextDeadline(REVOKED_RETENTION_SECONDS)),
      toMs(this.spent.nextDeadline()),
    ].filter((deadline) => deadline !== null)
    if (deadlines.length > 0) this.alarm.set(Math.min(...deadlines))
  }

  /** Ends what has ended, and forgets what nobody can ask for any more. */
  expire(now: EpochSeconds): void {
    this.commit(() => {
      for (const grant of this.grants.listEnded(now)) this.revoke(grant, 'expired', now)
      for (const grantId of this.grants.listUnredeemed(now)) {
        this.outbox.addRenewal({ grantId, version: Number.MAX_SAFE_INTEGER })
      }
      this.grants.deleteExpired(now, REVOKED_RETENTION_SECONDS)
      this.spent.deleteExpired(now)
    })
  }

  get account(): { id: string; shard: Shard } {
    const account = this.grants.findAccount()
    if (!account) throw new Error('the ledger has no account yet')
    return { id: account.id, shard: account.shard as Shard }
  }

  /** Where the account's keys are; nobody was authorized here: the first. */
  get shard(): Shard {
    const known = this.tablesReady ? this.grants.findAccount() : undefined
    return (known?.shard as Shard | undefined) ?? this.config.keyShards[0]
  }

  /** Nothing lives here any more and everything was delivered: give the storage back. */
  async deleteIfEmpty(): Promise<void> {
    if (!this.tablesReady || !this.grants.isEmpty() || this.outbox.waiting()) return
    this.tablesReady = false
    this.alarm.forget()
    await this.storage.deleteAll()
  }

  private createTables(): void {
    this.grants.createTables()
    this.spent.createTables()
    this.outbox.createTables()
    this.tablesReady = true
  }
}

function toMs(seconds: EpochSeconds | null): number | null {
  return seconds === null ? null : seconds * 1000
}

const MAX_ATTEMPTS = 3

/** Runs a unit of work again when the grant changed under it, at most three times. */
export async function retryWhenChanged<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof VersionChanged)) throw error
    }
  }
  throw new ProtocolError('temporarily_unavailable', 'storage_unavailable')
}

export function invalidGrant(reason: Reason): ProtocolError {
  return new ProtocolError('invalid_grant', reason)
}
