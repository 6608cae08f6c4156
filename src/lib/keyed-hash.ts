import { derivedKey } from './derived-key.ts'
import { toBase64Url, utf8 } from './encoding.ts'

/** What is hashed for one purpose does not match for another, though the secret is the same. */
const PURPOSES = {
  request_origin: 'postern origin of a token request',
} as const
export type HashPurpose = keyof typeof PURPOSES

/**
 * HMAC-SHA-256 under a key derived (HKDF) from a secret that is in no store. For values of which there are so few that
 * a bare hash can be undone by trying them all, such as network addresses.
 */
export async function keyedHash(purpose: HashPurpose, secret: string, text: string): Promise<string> {
  return toBase64Url(await crypto.subtle.sign('HMAC', await derivedKey('sign', secret, PURPOSES[purpose]), utf8(text)))
}
