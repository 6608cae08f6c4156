import { fromBase64Url, toBase64Url, utf8 } from './encoding.ts'
import { randomBytes } from './random.ts'

const IV_BYTES = 12

/** What is wrapped for one purpose does not open for another, though the secrets are the same. */
const PURPOSES = {
  signing_key: utf8('postern signing key at rest'),
  webhook_secret: utf8('postern webhook secret at rest'),
  form_answer: utf8('postern answer to a form'),
} as const
export type WrappingPurpose = keyof typeof PURPOSES

export interface Unwrapped {
  bytes: ArrayBuffer
  /** Wrapped again by the newest secret; null: it is that already. */
  rewrapped: string | null
}

/** A secret at rest: AES-GCM under a key derived (HKDF) from the newest of the secrets that are not in any store. */
export async function wrap(
  purpose: WrappingPurpose,
  bytes: BufferSource,
  [newest]: readonly string[],
): Promise<string> {
  if (newest === undefined) throw new TypeError('there is no wrapping secret')
  const iv = randomBytes(IV_BYTES)
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await wrappingKey(purpose, newest), bytes)
  return `${toBase64Url(iv)}.${toBase64Url(sealed)}`
}

/** Undefined when none of the secrets opens it. */
export async function unwrap(
  purpose: WrappingPurpose,
  wrapped: string,
  secrets: readonly string[],
): Promise<Unwrapped | undefined> {
  for (const [index, secret] of secrets.entries()) {
    const bytes = await unwrapWith(purpose, wrapped, secret)
    if (bytes) return { bytes, rewrapped: index === 0 ? null : await wrap(purpose, bytes, secrets) }
  }
  return undefined
}

async function unwrapWith(purpose: WrappingPurpose, wrapped: string, secret: string): Promise<ArrayBuffer | undefined> {
  const [iv = '', sealed = ''] = wrapped.split('.')
  try {
    const algorithm = { name: 'AES-GCM', iv: fromBase64Url(iv) }
    return await crypto.subtle.decrypt(algorithm, await wrappingKey(purpose, secret), fromBase64Url(sealed))
  } catch (error) {
    if (error instanceof DOMException && error.name === 'OperationError') return undefined
    throw error
  }
}

async function wrappingKey(purpose: WrappingPurpose, secret: string): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', utf8(secret), 'HKDF', false, ['deriveKey'])
  const derivation = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: PURPOSES[purpose] }
  const target = { name: 'AES-GCM', length: 256 }
  return crypto.subtle.deriveKey(derivation, material, target, false, ['encrypt', 'decrypt'])
}
