import { fromBase64Url, toBase64Url, utf8 } from '../lib/encoding.ts'
import { randomBytes } from '../lib/random.ts'

const IV_BYTES = 12
const INFO = utf8('postern signing key at rest')

/** A private key at rest: AES-GCM under a key derived (HKDF) from a secret that is not in the object. */
export async function wrap(pkcs8: ArrayBuffer, secret: string): Promise<string> {
  const iv = randomBytes(IV_BYTES)
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await wrappingKey(secret), pkcs8)
  return `${toBase64Url(iv)}.${toBase64Url(sealed)}`
}

/** Undefined when this is not the secret that it was wrapped with. */
export async function unwrapWith(wrapped: string, secret: string): Promise<ArrayBuffer | undefined> {
  const [iv = '', sealed = ''] = wrapped.split('.')
  try {
    const algorithm = { name: 'AES-GCM', iv: fromBase64Url(iv) }
    return await crypto.subtle.decrypt(algorithm, await wrappingKey(secret), fromBase64Url(sealed))
  } catch (error) {
    if (error instanceof DOMException && error.name === 'OperationError') return undefined
    throw error
  }
}

async function wrappingKey(secret: string): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', utf8(secret), 'HKDF', false, ['deriveKey'])
  const derivation = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: INFO }
  const target = { name: 'AES-GCM', length: 256 }
  return crypto.subtle.deriveKey(derivation, material, target, false, ['encrypt', 'decrypt'])
}
