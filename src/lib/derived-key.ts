import { utf8 } from './encoding.ts'

const ALGORITHMS = {
  sign: { target: { name: 'HMAC', hash: 'SHA-256', length: 256 }, usages: ['sign'] },
  encrypt: { target: { name: 'AES-GCM', length: 256 }, usages: ['encrypt', 'decrypt'] },
} as const

const MAX_KEYS = 32
/** Only finished ones: a promise belongs to the request that made it. */
const keys = new Map<string, CryptoKey>()

/**
 * A key derived (HKDF-SHA-256) from a secret that is in no store, made once for each isolate. `info` says what it is
 * for: what was made for one purpose is worth nothing for another, though the secret is the same.
 */
export async function derivedKey(use: keyof typeof ALGORITHMS, secret: string, info: string): Promise<CryptoKey> {
  const name = `${use}\n${info}\n${secret}`
  const known = keys.get(name)
  if (known) return known
  const derived = await derive(use, secret, info)
  if (keys.size >= MAX_KEYS) keys.clear()
  keys.set(name, derived)
  return derived
}

async function derive(use: keyof typeof ALGORITHMS, secret: string, info: string): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', utf8(secret), 'HKDF', false, ['deriveKey'])
  const derivation = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: utf8(info) }
  const { target, usages } = ALGORITHMS[use]
  return crypto.subtle.deriveKey(derivation, material, target, false, [...usages])
}
