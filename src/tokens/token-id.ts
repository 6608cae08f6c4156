import { derivedKey } from '../lib/derived-key.ts'
import { fromBase64Url, toBase64Url } from '../lib/encoding.ts'
import { randomBytes } from '../lib/random.ts'
import type { Sealing } from '../lib/sealed-credential.ts'
import { type GrantReference, packReference, unpackReference } from './grant-reference.ts'

const IV_BYTES = 12
/** Of IV, 27 bytes and the tag of AES-GCM. */
const TOKEN_ID_LENGTH = 74

/**
 * A new `jti`, which carries account and grant where only we can read them: an access token leads to its ledger by
 * this alone, whatever `sub` comes to mean. A random IV makes each one of its own.
 */
export async function newTokenId(sealing: Sealing, grant: GrantReference): Promise<string> {
  const [newest] = sealing.credentialSecrets
  if (newest === undefined) throw new TypeError('there is no credential secret')
  const iv = randomBytes(IV_BYTES)
  const key = await tokenIdKey(newest, sealing.issuer)
  const encrypted = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, fromBase64Url(packReference(grant)))
  const bytes = new Uint8Array(IV_BYTES + encrypted.byteLength)
  bytes.set(iv)
  bytes.set(new Uint8Array(encrypted), IV_BYTES)
  return toBase64Url(bytes)
}

/** Undefined when we did not encrypt it, under any of the secrets. Says nothing about the token around it. */
export async function openTokenId(sealing: Sealing, tokenId: string): Promise<GrantReference | undefined> {
  if (tokenId.length !== TOKEN_ID_LENGTH || !/^[A-Za-z0-9_-]+$/.test(tokenId)) return undefined
  const bytes = fromBase64Url(tokenId)
  for (const secret of sealing.credentialSecrets) {
    const packed = await decrypt(await tokenIdKey(secret, sealing.issuer), bytes)
    if (packed) return unpackReference(toBase64Url(packed))
  }
  return undefined
}

function tokenIdKey(secret: string, issuer: string): Promise<CryptoKey> {
  return derivedKey('encrypt', secret, `postern id of an access token\n${issuer}`)
}

async function decrypt(key: CryptoKey, bytes: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer | undefined> {
  const algorithm = { name: 'AES-GCM', iv: bytes.subarray(0, IV_BYTES) }
  try {
    return await crypto.subtle.decrypt(algorithm, key, bytes.subarray(IV_BYTES))
  } catch (error) {
    if (error instanceof DOMException && error.name === 'OperationError') return undefined
    throw error
  }
}
