import { toBase64Url, utf8 } from './encoding.ts'

/** What is hashed for one purpose does not match for another, though the secret is the same. */
const PURPOSES = {
  request_origin: utf8('postern origin of a token request'),
} as const
export type HashPurpose = keyof typeof PURPOSES

const MAX_KEYS = 8
/** Only finished ones: a promise belongs to the request that made it. */
const keys = new Map<string, CryptoKey>()

/**
 * HMAC-SHA-256 under a key derived (HKDF) from a secret that is in no store. For values of which there are so few that
 * a bare hash can be undone by trying them all, such as network addresses.
 */
export async function keyedHash(purpose: HashPurpose, secret: string, text: string): Promise<string> {
  return toBase64Url(await crypto.subtle.sign('HMAC', await keyFor(purpose, secret), utf8(text)))
}

/** Derived once: it is the same on every request. */
async function keyFor(purpose: HashPurpose, secret: string): Promise<CryptoKey> {
  const name = `${purpose}\n${secret}`
  const known = keys.get(name)
  if (known) return known
  const derived = await deriveKey(purpose, secret)
  if (keys.size >= MAX_KEYS) keys.clear()
  keys.set(name, derived)
  return derived
}

async function deriveKey(purpose: HashPurpose, secret: string): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', utf8(secret), 'HKDF', false, ['deriveKey'])
  const derivation = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: PURPOSES[purpose] }
  return crypto.subtle.deriveKey(derivation, material, { name: 'HMAC', hash: 'SHA-256', length: 256 }, false, ['sign'])
}
