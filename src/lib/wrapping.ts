import { fromBase64Url, toBase64Url, utf8 } from './encoding.ts'
import { randomBytes } from './random.ts'

const IV_BYTES = 12
/** Marks what is bound to its thing; what was wrapped before had two parts and no mark. */
const BOUND = 'bound'

/** What is wrapped for one purpose does not open for another, though the secrets are the same. */
const PURPOSES = {
  signing_key: utf8('postern signing key at rest'),
  webhook_secret: utf8('postern webhook secret at rest'),
  webhook_url: utf8('postern webhook address at rest'),
  form_answer: utf8('postern answer to a form'),
} as const
export type WrappingPurpose = keyof typeof PURPOSES

/** Whose secret it is. What was wrapped for one thing does not open in the row of another. */
export interface WrappedThing {
  purpose: WrappingPurpose
  id: string
}

export interface Unwrapped {
  bytes: ArrayBuffer
  /** Wrapped again, by the newest secret and bound to its thing; null: it is that already. */
  rewrapped: string | null
}

/** A secret at rest: AES-GCM under a key derived (HKDF) from the newest of the secrets that are not in any store. */
export async function wrap(thing: WrappedThing, bytes: BufferSource, [newest]: readonly string[]): Promise<string> {
  if (newest === undefined) throw new TypeError('there is no wrapping secret')
  const iv = randomBytes(IV_BYTES)
  const algorithm = { name: 'AES-GCM', iv, additionalData: utf8(thing.id) }
  const sealed = await crypto.subtle.encrypt(algorithm, await wrappingKey(thing.purpose, newest), bytes)
  return `${BOUND}.${toBase64Url(iv)}.${toBase64Url(sealed)}`
}

/** Undefined when none of the secrets opens it, or when it belongs to another thing. */
export async function unwrap(
  thing: WrappedThing,
  wrapped: string,
  secrets: readonly string[],
): Promise<Unwrapped | undefined> {
  const bound = wrapped.startsWith(`${BOUND}.`)
  for (const [index, secret] of secrets.entries()) {
    const bytes = await unwrapWith(thing, wrapped, secret)
    if (bytes) return { bytes, rewrapped: bound && index === 0 ? null : await wrap(thing, bytes, secrets) }
  }
  return undefined
}

async function unwrapWith(
  { purpose, id }: WrappedThing,
  wrapped: string,
  secret: string,
): Promise<ArrayBuffer | undefined> {
  const parts = wrapped.split('.')
  const bound = parts[0] === BOUND
  const [iv = '', sealed = ''] = bound ? parts.slice(1) : parts
  const algorithm = { name: 'AES-GCM', iv: fromBase64Url(iv), ...(bound && { additionalData: utf8(id) }) }
  try {
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
