import { currentTime, type EpochSeconds } from '../lib/clock.ts'

/** The key prefixes that the engine uses. Anything else means that it changed under us. */
export const ENGINE_PREFIXES = [
  'client:',
  'grant:',
  'token:',
  'transaction:',
  'client-assertion-jti:',
  'enterprise-jti:',
] as const
export type EnginePrefix = (typeof ENGINE_PREFIXES)[number]

/** Where the records of one prefix live. A room that does not offer a prefix does not support what needs it. */
export interface PrefixStore {
  get?(key: string): Promise<string | null> | string | null
  put?(key: string, value: string, expiresAt: EpochSeconds | null): Promise<void> | void
  delete?(key: string): Promise<void> | void
}

export type PrefixStores = Partial<Record<EnginePrefix, PrefixStore>>

interface GetOptions {
  type?: 'json'
}

interface PutOptions {
  expiration?: number
  expirationTtl?: number
  metadata?: unknown
}

/** An option that we do not know would be one that we do not honour. */
const OPTIONS = { get: ['type'], put: ['expiration', 'expirationTtl', 'metadata'] }

/**
 * What the engine takes for its KV namespace: exactly the calls that version 1.2.3 makes. Expiry is enforced by
 * the stores behind it, not left to KV. A contract test fails when an upgrade calls anything else.
 */
export class StoragePort {
  private readonly stores: PrefixStores

  constructor(stores: PrefixStores) {
    this.stores = stores
  }

  async get(key: string, options: GetOptions = {}): Promise<unknown> {
    checkOptions('get', options)
    const text = await this.method(key, 'get')(key)
    return text !== null && options.type === 'json' ? JSON.parse(text) : text
  }

  async put(key: string, value: string, options: PutOptions = {}): Promise<void> {
    checkOptions('put', options)
    await this.method(key, 'put')(key, value, expiryOf(options))
  }

  async delete(key: string): Promise<void> {
    await this.method(key, 'delete')(key)
  }

  async list(): Promise<never> {
    throw new Error('the engine listed keys: every call that needs it is ours to make')
  }

  private method<Name extends keyof PrefixStore>(key: string, name: Name): NonNullable<PrefixStore[Name]> {
    const prefix = ENGINE_PREFIXES.find((candidate) => key.startsWith(candidate))
    if (!prefix) throw new Error(`the engine used the unknown prefix of ${key.slice(0, key.indexOf(':') + 1)}`)
    const store = this.stores[prefix]
    const method = store?.[name]
    if (!method) throw new Error(`the engine called ${name} for ${prefix}, which is not offered here`)
    return method.bind(store) as NonNullable<PrefixStore[Name]>
  }
}

function checkOptions(method: keyof typeof OPTIONS, options: object): void {
  const unknown = Object.keys(options).filter((name) => !OPTIONS[method].includes(name))
  if (unknown.length > 0) throw new Error(`the engine gave ${method} the unknown options ${unknown.join(', ')}`)
}

function expiryOf({ expiration, expirationTtl }: PutOptions): EpochSeconds | null {
  if (expiration !== undefined) return expiration
  return expirationTtl === undefined ? null : currentTime() + expirationTtl
}
