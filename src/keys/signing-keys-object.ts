import { DurableObject } from 'cloudflare:workers'
import { type AuditEventName, newAuditEvent } from '../audit/events.ts'
import { type Bindings, type Config, readConfig } from '../env.ts'
import { currentTime, currentTimeMs, type EpochSeconds } from '../lib/clock.ts'
import { toBase64Url, utf8 } from '../lib/encoding.ts'
import { StorageUnavailable } from '../lib/storage.ts'
import type { Algorithm } from './algorithms.ts'
import { retireKey, withdrawKey } from './keys-store.ts'
import { openKey, rewrapKey, signCompact } from './private-key.ts'
import { PrivateKeysStore, type StoredKey } from './private-keys-store.ts'
import { type KeyIdentity, publishNewKeys, type WantedKey } from './publish-new-keys.ts'

export interface SignInput {
  alg: Algorithm
  shard: string
  typ: string
  /** JSON, ready to be signed. */
  claims: string
}

export type SignOutcome = { ok: true; jwt: string; kid: string } | { ok: false; reason: 'not_yet_published' }

const DAY_SECONDS = 86_400
/** Verifiers keep a key set; a new key is in it this long before it signs. */
const PUBLICATION_SECONDS = DAY_SECONDS
const ROTATION_SECONDS = 90 * DAY_SECONDS
/** The longest lifetime that an access token may be configured to have. */
const LONGEST_TOKEN_SECONDS = DAY_SECONDS
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
  private standingBy: Promise<StoredKey> | undefined

  constructor(ctx: DurableObjectState, env: Bindings) {
    super(ctx, env)
    this.store = new PrivateKeysStore(ctx.storage)
    this.config = readConfig(env)
    // An alarm that was lost is set again when somebody next needs a key.
    void ctx.blockConcurrencyWhile(async () => {
      if (this.store.identity() && (await ctx.storage.getAlarm()) === null) await this.arm(RETRY_ALARM_SECONDS)
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

  /** For whoever asks for the key set before anything was signed. */
  async createFirst(alg: Algorithm, shard: string): Promise<void> {
    await this.load(alg, shard)
  }

  /** A compromised key: stops signing here and now, and is out of the key set. Repeat it when it fails. */
  async withdraw(kid: string, actor?: string): Promise<void> {
    this.store.withdraw(kid)
    this.loading = undefined
    await this.arm(RETRY_ALARM_SECONDS)
    const identity = this.store.identity()
    // Without a standby a new key is published before the old one goes: the set is never empty.
    if (identity && !this.store.find('signing')) await this.load(identity.alg, identity.shard)
    await withdrawKey(this.env.DB, kid, currentTime(), this.event('key.withdrawn', kid, actor))
    await this.standBy()
  }

  /** Now instead of when it is due. Not before the standby was published long enough; there is one from here on. */
  async rotate(actor: string): Promise<{ ok: true } | { ok: false; signsFrom: EpochSeconds | null }> {
    const now = currentTime()
    if (!this.store.find('signing')) return { ok: false, signsFrom: null }
    const standby = await this.requireStandby()
    const signing = this.store.find('signing')
    if (!signing || standby.signsFrom > now) return { ok: false, signsFrom: standby.signsFrom }
    await this.promote(signing, standby, now, actor)
    await this.arm(RETRY_ALARM_SECONDS)
    await this.standBy()
    return { ok: true }
  }

  /** Never throws: what fails today is tried again in five minutes. */
  override async alarm(): Promise<void> {
    try {
      if (this.store.identity()) await this.maintain(currentTime())
      await this.arm(ALARM_SECONDS)
    } catch (error) {
      console.error(`signing keys wait: ${error instanceof Error ? `${error.name}: ${error.message}` : 'unknown'}`)
      await this.arm(RETRY_ALARM_SECONDS)
    }
  }

  private async maintain(now: EpochSeconds): Promise<void> {
    for (const stored of this.store.list()) await this.rewrap(stored)
    await this.rotateWhenDue(now)
    await this.requireStandby()
  }

  private async rewrap(stored: StoredKey): Promise<void> {
    const rewrapped = await rewrapKey(stored, this.config.keyWrappingSecrets)
    if (rewrapped) this.store.rewrap(stored.kid, rewrapped)
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
    // Withdrawn meanwhile: what was read before must not bring it back, and a retired key signs no more.
    if (this.store.find('standby')?.kid === standby.kid) this.store.put({ ...standby, state: 'signing' })
    else this.store.withdraw(signing.kid)
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
    const stored = this.store.find('signing') ?? (await this.createPair(alg, shard, now))
    const key = await openKey(alg, stored, this.config.keyWrappingSecrets)
    if (key) await this.rewrap(stored)
    if (key) return toLoadedKey(alg, stored, key)
    return this.replaceUnopenable(alg, shard, stored, now)
  }

  /**
   * The first key and its standby, published together: whoever fetches the set knows both, so that the first may be
   * withdrawn at any time. Only the first shard may sign with a key that nobody has seen yet: there is nobody else to.
   */
  private async createPair(alg: Algorithm, shard: string, now: EpochSeconds): Promise<StoredKey> {
    const published = now + PUBLICATION_SECONDS
    const signsFrom = this.config.keyShards[0] === shard ? now : published
    const signing = await this.create({ alg, shard }, { state: 'signing', signsFrom }, [
      { state: 'standby', signsFrom: published },
    ])
    await this.arm(ALARM_SECONDS)
    return signing
  }

  /** None of the secrets opens it: it stays published for what it signed, and a new key signs at once. */
  private async replaceUnopenable(alg: Algorithm, shard: string, stored: StoredKey, now: EpochSeconds) {
    const publishedUntil = now + LONGEST_TOKEN_SECONDS
    await retireKey(this.env.DB, stored.kid, now, publishedUntil, this.event('key.unwrap_failed', stored.kid))
    const replacement = await this.create({ alg, shard }, { state: 'signing', signsFrom: now })
    const key = await openKey(alg, replacement, this.config.keyWrappingSecrets)
    if (!key) throw new Error('a key that was just wrapped does not open')
    await this.standBy()
    return toLoadedKey(alg, replacement, key)
  }

  /** Published now, so that it may sign at any time; when that fails, the alarm tries again. */
  private async standBy(): Promise<void> {
    try {
      await this.requireStandby()
    } catch (error) {
      if (!(error instanceof StorageUnavailable)) throw error
      await this.arm(RETRY_ALARM_SECONDS)
    }
  }

  /** One for all who ask at the same time. */
  private requireStandby(): Promise<StoredKey> {
    this.standingBy ??= this.findOrCreateStandby(currentTime()).finally(() => {
      this.standingBy = undefined
    })
    return this.standingBy
  }

  private async findOrCreateStandby(now: EpochSeconds): Promise<StoredKey> {
    const identity = this.store.identity()
    if (!identity) throw new Error('nothing was signed here yet')
    // Whoever makes the key that signs makes its standby as well.
    if (!this.store.find('signing')) await this.load(identity.alg, identity.shard)
    const standby = this.store.find('standby')
    if (standby && (await openKey(identity.alg, standby, this.config.keyWrappingSecrets))) return standby
    // It has signed nothing: no token needs it.
    if (standby) await retireKey(this.env.DB, standby.kid, now, now, this.event('key.unwrap_failed', standby.kid))
    return this.create(identity, { state: 'standby', signsFrom: now + PUBLICATION_SECONDS })
  }

  /** Public halves to D1 first, private halves to the object second: no token names a key that nobody can find. */
  private async create(
    identity: KeyIdentity,
    wanted: WantedKey,
    others: readonly WantedKey[] = [],
  ): Promise<StoredKey> {
    const { keyWrappingSecrets } = this.config
    const all = [wanted, ...others]
    const keys = await publishNewKeys(this.env.DB, keyWrappingSecrets, identity, all, currentTime())
    this.store.put(...keys)
    return keys[0]!
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
