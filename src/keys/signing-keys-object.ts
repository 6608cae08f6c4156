import { DurableObject } from 'cloudflare:workers'
import { type AuditEventName, newAuditEvent } from '../audit/events.ts'
import { type Bindings, type Config, readConfig } from '../env.ts'
import { currentTime, currentTimeMs, type EpochSeconds } from '../lib/clock.ts'
import { toBase64Url, utf8 } from '../lib/encoding.ts'
import type { Algorithm } from './algorithms.ts'
import { publishKey, retireKey, withdrawKey } from './keys-store.ts'
import { createKey, openKey, rewrapKey, signCompact } from './private-key.ts'
import { type KeyState, PrivateKeysStore, type StoredKey } from './private-keys-store.ts'

export interface SignInput {
  alg: Algorithm
  shard: string
  typ: string
  /** JSON, ready to be signed. */
  claims: string
}

export type SignOutcome = { ok: true; jwt: string; kid: string } | { ok: false; reason: 'not_yet_published' }

const HOUR_SECONDS = 3600
const DAY_SECONDS = 24 * HOUR_SECONDS
/** Verifiers keep a key set; a new key is in it this long before it signs. */
const PUBLICATION_SECONDS = DAY_SECONDS
const ROTATION_SECONDS = 90 * DAY_SECONDS
/** The longest lifetime that an access token may be configured to have. */
const LONGEST_TOKEN_SECONDS = DAY_SECONDS
/** The standby comes an hour after the first key, so that an empty start makes exactly one. */
const FIRST_ALARM_SECONDS = HOUR_SECONDS
const ALARM_SECONDS = DAY_SECONDS
const RETRY_ALARM_SECONDS = 300

interface LoadedKey {
  kid: string
  alg: Algorithm
  key: CryptoKey
  signsFrom: EpochSeconds
  headers: Map<string, string>
}

/** Private signing keys of one algorithm in one shard. They are created here and never leave. */
export class SigningKeys extends DurableObject<Bindings> {
  private readonly store: PrivateKeysStore
  private readonly config: Config
  private loading: Promise<LoadedKey> | undefined

  constructor(ctx: DurableObjectState, env: Bindings) {
    super(ctx, env)
    this.store = new PrivateKeysStore(ctx.storage)
    this.config = readConfig(env)
    // An alarm that was lost is set again when somebody next needs a key.
    void ctx.blockConcurrencyWhile(async () => {
      if (this.store.identity() && (await ctx.storage.getAlarm()) === null) await this.arm(FIRST_ALARM_SECONDS)
    })
  }

  async sign({ alg, shard, typ, claims }: SignInput): Promise<SignOutcome> {
    const loaded = await this.load(alg, shard)
    if (loaded.signsFrom > currentTime()) return { ok: false, reason: 'not_yet_published' }
    const jwt = await signCompact(alg, loaded.key, headerFor(loaded, typ), claims)
    // Withdrawn while it signed: the answer must not carry it out.
    if (this.store.find('signing')?.kid !== loaded.kid) return this.sign({ alg, shard, typ, claims })
    return { ok: true, jwt, kid: loaded.kid }
  }

  /** A compromised key: stops signing here and now, and is out of the key set. Repeat it when it fails. */
  async withdraw(kid: string, actor?: string): Promise<void> {
    this.ctx.storage.transactionSync(() => {
      const wasSigning = this.store.find('signing')?.kid === kid
      this.store.delete(kid)
      const standby = this.store.find('standby')
      if (wasSigning && standby) this.store.put({ ...standby, state: 'signing', signsFrom: 0 })
    })
    this.loading = undefined
    await withdrawKey(this.env.DB, kid, currentTime(), this.event('key.withdrawn', kid, actor))
    await this.arm(RETRY_ALARM_SECONDS)
  }

  /** Now instead of when it is due. Not before the standby was published long enough; there is one from here on. */
  async rotate(actor: string): Promise<{ ok: true } | { ok: false; signsFrom: EpochSeconds | null }> {
    const now = currentTime()
    const identity = this.store.identity()
    const signing = this.store.find('signing')
    if (!identity || !signing) return { ok: false, signsFrom: null }
    const signsFrom = now + PUBLICATION_SECONDS
    const standby =
      this.store.find('standby') ?? (await this.create(identity.alg as Algorithm, identity.shard, 'standby', signsFrom))
    if (standby.signsFrom > now) return { ok: false, signsFrom: standby.signsFrom }
    await this.promote(signing, standby, now, actor)
    await this.arm(RETRY_ALARM_SECONDS)
    return { ok: true }
  }

  /** Never throws: what fails today is tried again in five minutes. */
  override async alarm(): Promise<void> {
    try {
      await this.maintain(currentTime())
      await this.arm(ALARM_SECONDS)
    } catch (error) {
      console.error(`signing keys wait: ${error instanceof Error ? `${error.name}: ${error.message}` : 'unknown'}`)
      await this.arm(RETRY_ALARM_SECONDS)
    }
  }

  private async maintain(now: EpochSeconds): Promise<void> {
    const identity = this.store.identity()
    if (!identity) return
    const alg = identity.alg as Algorithm
    for (const { kid, wrapped } of this.store.list()) {
      const rewrapped = await rewrapKey(wrapped, this.config.keyWrappingSecrets)
      if (rewrapped) this.store.rewrap(kid, rewrapped)
    }
    if (!this.store.find('standby')) await this.create(alg, identity.shard, 'standby', now + PUBLICATION_SECONDS)
    await this.rotateWhenDue(now)
  }

  private async rotateWhenDue(now: EpochSeconds): Promise<void> {
    const signing = this.store.find('signing')
    const standby = this.store.find('standby')
    if (!signing || !standby || standby.signsFrom > now || now - signing.createdAt < ROTATION_SECONDS) return
    await this.promote(signing, standby, now)
  }

  private async promote(signing: StoredKey, standby: StoredKey, now: EpochSeconds, actor?: string): Promise<void> {
    const publishedUntil = now + LONGEST_TOKEN_SECONDS
    await retireKey(this.env.DB, signing.kid, now, publishedUntil, this.event('key.rotated', signing.kid, actor))
    this.store.put({ ...standby, state: 'signing' })
    this.loading = undefined
  }

  /** One load for all who ask at the same time; a failed one is forgotten, so that the next request tries again. */
  private load(alg: Algorithm, shard: string): Promise<LoadedKey> {
    this.loading ??= this.loadOrCreate(alg, shard).catch((error) => {
      this.loading = undefined
      throw error
    })
    return this.loading
  }

  private async loadOrCreate(alg: Algorithm, shard: string): Promise<LoadedKey> {
    const now = currentTime()
    this.store.rememberIdentity(alg, shard)
    const stored = this.store.find('signing') ?? (await this.createFirst(alg, shard, now))
    const key = await openKey(alg, stored.wrapped, this.config.keyWrappingSecrets)
    if (key) return toLoadedKey(alg, stored, key)
    return this.replaceUnopenable(alg, shard, stored, now)
  }

  /** Only the first shard may sign with a key that nobody has seen yet: there is nobody else to sign. */
  private async createFirst(alg: Algorithm, shard: string, now: EpochSeconds): Promise<StoredKey> {
    const isFirstShard = this.config.keyShards[0] === shard
    const key = await this.create(alg, shard, 'signing', isFirstShard ? now : now + PUBLICATION_SECONDS)
    await this.arm(FIRST_ALARM_SECONDS)
    return key
  }

  /** None of the secrets opens it: it stays published for what it signed, and a new key signs at once. */
  private async replaceUnopenable(alg: Algorithm, shard: string, stored: StoredKey, now: EpochSeconds) {
    const publishedUntil = now + LONGEST_TOKEN_SECONDS
    await retireKey(this.env.DB, stored.kid, now, publishedUntil, this.event('key.unwrap_failed', stored.kid))
    const replacement = await this.create(alg, shard, 'signing', now)
    const key = await openKey(alg, replacement.wrapped, this.config.keyWrappingSecrets)
    if (!key) throw new Error('a key that was just wrapped does not open')
    return toLoadedKey(alg, replacement, key)
  }

  /** Public half to D1 first, private half to the object second: no token names a key that nobody can find. */
  private async create(alg: Algorithm, shard: string, state: KeyState, signsFrom: EpochSeconds): Promise<StoredKey> {
    const createdAt = currentTime()
    const { kid, publicJwk, wrapped } = await createKey(alg, this.config.keyWrappingSecrets)
    const published = { kid, alg, shard, publicJwk, createdAt, signsFrom }
    await publishKey(this.env.DB, published, this.event('key.created', kid))
    const stored = { kid, state, wrapped, createdAt, signsFrom }
    this.store.put(stored)
    return stored
  }

  private event(event: AuditEventName, kid: string, actor?: string) {
    return newAuditEvent({ event, at: currentTime(), reason: kid, ...(actor && { actor }) })
  }

  private async arm(afterSeconds: number): Promise<void> {
    await this.ctx.storage.setAlarm(currentTimeMs() + afterSeconds * 1000)
  }
}

function toLoadedKey(alg: Algorithm, { kid, signsFrom }: StoredKey, key: CryptoKey): LoadedKey {
  return { kid, alg, key, signsFrom, headers: new Map() }
}

function headerFor(loaded: LoadedKey, typ: string): string {
  const known = loaded.headers.get(typ)
  if (known) return known
  const header = toBase64Url(utf8(JSON.stringify({ typ, alg: loaded.alg, kid: loaded.kid })))
  loaded.headers.set(typ, header)
  return header
}
