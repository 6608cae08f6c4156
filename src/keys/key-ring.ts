import { type AuditEventName, newAuditEvent } from '../audit/events.ts'
import type { Config } from '../env.ts'
import { currentTime, type EpochSeconds } from '../lib/clock.ts'
import { toBase64Url, utf8 } from '../lib/encoding.ts'
import { StorageUnavailable } from '../lib/storage.ts'
import type { Algorithm } from './algorithms.ts'
import { retireKey, withdrawKey } from './keys-store.ts'
import { openKey, rewrapKey, signCompact } from './private-key.ts'
import type { PrivateKeysStore, StoredKey } from './private-keys-store.ts'
import { type KeyIdentity, publishNewKeys, type WantedKey } from './publish-new-keys.ts'

export type Signed = { ok: true; jwt: string; kid: string } | { ok: false; reason: 'not_yet_published' }

const DAY_SECONDS = 86_400
/** Verifiers keep a key set; a new key is in it this long before it signs. */
const PUBLICATION_SECONDS = DAY_SECONDS
const ROTATION_SECONDS = 90 * DAY_SECONDS
/** The longest lifetime that an access token may be configured to have. */
const LONGEST_TOKEN_SECONDS = DAY_SECONDS
/** How often a ring looks after its keys. */
export const MAINTENANCE_SECONDS = DAY_SECONDS
const RETRY_SECONDS = 300

interface LoadedKey {
  kid: string
  alg: Algorithm
  key: CryptoKey
  signsFrom: EpochSeconds
  headers: Map<string, string>
}

/** What a ring needs of the object that it lives in. */
export interface KeyRingHome extends KeyIdentity {
  store: PrivateKeysStore
  db: D1Database
  config: Config
  /** Asks for {@link KeyRing.maintain} after so long at the latest. */
  wake: (afterSeconds: number) => void
}

/** The private signing keys of one algorithm in one shard. They are created here and never leave. */
export class KeyRing {
  private readonly home: KeyRingHome
  private readonly store: PrivateKeysStore
  private readonly config: Config
  private loading: Promise<LoadedKey> | undefined
  private standingBy: Promise<StoredKey> | undefined

  constructor(home: KeyRingHome) {
    this.home = home
    this.store = home.store
    this.config = home.config
  }

  /** `claims` is JSON. Refuses while the key was not published long enough. */
  async sign(typ: string, claims: string): Promise<Signed> {
    const loaded = await this.load()
    if (loaded.signsFrom > currentTime()) return { ok: false, reason: 'not_yet_published' }
    const jwt = await signCompact(this.home.alg, loaded.key, headerFor(loaded, typ), claims)
    // Withdrawn while it signed: the answer must not carry it out.
    if (this.store.find('signing')?.kid !== loaded.kid) return this.sign(typ, claims)
    return { ok: true, jwt, kid: loaded.kid }
  }

  /** For whoever asks for the key set before anything was signed. */
  async createFirst(): Promise<void> {
    await this.load()
  }

  /** A compromised key: stops signing here and now, and is out of the key set. Repeat it when it fails. */
  async withdraw(kid: string, actor?: string): Promise<void> {
    this.store.withdraw(kid)
    this.loading = undefined
    this.home.wake(RETRY_SECONDS)
    // Without a standby a new key is published before the old one goes: the set is never empty.
    if (!this.store.find('signing')) await this.load()
    await withdrawKey(this.home.db, kid, currentTime(), this.event('key.withdrawn', kid, actor))
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
    this.home.wake(RETRY_SECONDS)
    await this.standBy()
    return { ok: true }
  }

  /** Wraps keys anew, rotates when it is time, and sees to it that a standby is there. */
  async maintain(now: EpochSeconds): Promise<void> {
    if (!this.store.find('signing') && !this.store.find('standby')) return
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
    await retireKey(this.home.db, signing.kid, now, publishedUntil, this.event('key.rotated', signing.kid, actor))
    // Withdrawn meanwhile: what was read before must not bring it back, and a retired key signs no more.
    if (this.store.find('standby')?.kid === standby.kid) this.store.put({ ...standby, state: 'signing' })
    else this.store.withdraw(signing.kid)
    this.loading = undefined
  }

  /** One load for all who ask at the same time; a failed one is forgotten, so that the next request tries again. */
  private load(): Promise<LoadedKey> {
    this.loading ??= this.loadOrCreate().catch((error) => {
      this.loading = undefined
      throw error
    })
    return this.loading
  }

  private async loadOrCreate(): Promise<LoadedKey> {
    const now = currentTime()
    const { alg } = this.home
    const stored = this.store.find('signing') ?? (await this.createPair(now))
    const key = await openKey(alg, stored, this.config.keyWrappingSecrets)
    if (key) await this.rewrap(stored)
    if (key) return toLoadedKey(alg, stored, key)
    return this.replaceUnopenable(stored, now)
  }

  /**
   * The first key and its standby, published together: whoever fetches the set knows both, so that the first may be
   * withdrawn at any time. Only the first shard may sign with a key that nobody has seen yet: there is nobody else to.
   */
  private async createPair(now: EpochSeconds): Promise<StoredKey> {
    const published = now + PUBLICATION_SECONDS
    const signsFrom = this.config.keyShards[0] === this.home.shard ? now : published
    const signing = await this.create({ state: 'signing', signsFrom }, [{ state: 'standby', signsFrom: published }])
    this.home.wake(MAINTENANCE_SECONDS)
    return signing
  }

  /** None of the secrets opens it: it stays published for what it signed, and a new key signs at once. */
  private async replaceUnopenable(stored: StoredKey, now: EpochSeconds) {
    const { alg } = this.home
    const publishedUntil = now + LONGEST_TOKEN_SECONDS
    await retireKey(this.home.db, stored.kid, now, publishedUntil, this.event('key.unwrap_failed', stored.kid))
    const replacement = await this.create({ state: 'signing', signsFrom: now })
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
      this.home.wake(RETRY_SECONDS)
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
    // Whoever makes the key that signs makes its standby as well.
    if (!this.store.find('signing')) await this.load()
    const standby = this.store.find('standby')
    if (standby && (await openKey(this.home.alg, standby, this.config.keyWrappingSecrets))) return standby
    // It has signed nothing: no token needs it.
    if (standby) await retireKey(this.home.db, standby.kid, now, now, this.event('key.unwrap_failed', standby.kid))
    return this.create({ state: 'standby', signsFrom: now + PUBLICATION_SECONDS })
  }

  /** Public halves to D1 first, private halves to the object second: no token names a key that nobody can find. */
  private async create(wanted: WantedKey, others: readonly WantedKey[] = []): Promise<StoredKey> {
    const { keyWrappingSecrets } = this.config
    const keys = await publishNewKeys(this.home.db, keyWrappingSecrets, this.home, [wanted, ...others], currentTime())
    this.store.put(...keys)
    return keys[0]!
  }

  private event(event: AuditEventName, kid: string, actor?: string) {
    return newAuditEvent({ event, at: currentTime(), reason: kid, ...(actor && { actor }) })
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
