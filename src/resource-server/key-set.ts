import { type CryptoKey, errors, importJWK, type JWK } from 'jose'
import type { Protection } from './options.ts'

/** Even known keys are asked for again after this time: a withdrawn one must stop verifying. Seconds. */
export const KEY_SET_MAX_AGE = 300
/** A key set that cannot be refreshed is trusted this much longer. Seconds. */
export const KEY_SET_GRACE = 300
/** Unknown key ids cause at most one request in this time, however many are made up. Seconds. */
export const UNKNOWN_KEY_INTERVAL = 30

/** The issuer's keys cannot be had: nothing can be verified, and the caller should try again. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable'
}

interface VerificationKey {
  key: CryptoKey
  alg: string
}

/** The issuer's key set (RFC 7517), cached. Requests that need it at the same time share one fetch. */
export class KeySet {
  private readonly protection: Protection
  private keys = new Map<string, VerificationKey>()
  private fetchedAt = Number.NEGATIVE_INFINITY
  private triedAt = Number.NEGATIVE_INFINITY
  private refreshing: Promise<void> | undefined

  constructor(protection: Protection) {
    this.protection = protection
  }

  /** Undefined when the issuer does not publish such a key. Throws {@link KeysUnavailable}. */
  async find(kid: string): Promise<VerificationKey | undefined> {
    if (this.age() >= KEY_SET_MAX_AGE) await this.refreshStale()
    const known = this.keys.get(kid)
    if (known || this.protection.now() - this.triedAt < UNKNOWN_KEY_INTERVAL) return known
    await this.refresh().catch(ignoreWhileFresh)
    return this.keys.get(kid)
  }

  private age(): number {
    return this.protection.now() - this.fetchedAt
  }

  private async refreshStale(): Promise<void> {
    try {
      await this.refresh()
    } catch (error) {
      if (!(error instanceof KeysUnavailable) || this.age() >= KEY_SET_MAX_AGE + KEY_SET_GRACE) throw error
    }
  }

  private refresh(): Promise<void> {
    this.refreshing ??= this.fetchKeys().finally(() => {
      this.refreshing = undefined
    })
    return this.refreshing
  }

  private async fetchKeys(): Promise<void> {
    this.triedAt = this.protection.now()
    const keys = await Promise.all((await this.download()).map(importKey))
    this.keys = new Map(keys.filter((entry) => entry !== undefined))
    this.fetchedAt = this.triedAt
  }

  private async download(): Promise<JWK[]> {
    try {
      const response = await this.protection.fetch(this.protection.jwksUri)
      if (!response.ok) throw new Error(`status ${response.status}`)
      const { keys } = (await response.json()) as { keys?: JWK[] }
      if (!Array.isArray(keys)) throw new Error('not a key set')
      return keys
    } catch (cause) {
      throw new KeysUnavailable('the key set of the issuer cannot be had', { cause })
    }
  }
}

/** Keys without `kid` or `alg`, not for signatures, or of a kind unknown here are not for us; others still are. */
async function importKey(jwk: JWK): Promise<[string, VerificationKey] | undefined> {
  const { kid, alg } = jwk
  if (!kid || !alg || jwk.kty === 'oct' || (jwk.use !== undefined && jwk.use !== 'sig')) return undefined
  try {
    return [kid, { key: (await importJWK(jwk, alg)) as CryptoKey, alg }]
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof DOMException) return undefined
    throw error
  }
}

/** The keys that we have are still good; only the unknown one stays unknown. */
function ignoreWhileFresh(error: unknown): void {
  if (!(error instanceof KeysUnavailable)) throw error
}
