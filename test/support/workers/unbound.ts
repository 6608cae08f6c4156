import { toBase64Url, utf8 } from '../../../src/lib/encoding.ts'

/** Wrapped as it was before wrapping bound a secret to its thing. */
export async function wrapUnbound(purpose: string, bytes: BufferSource, secret: string): Promise<string> {
  const material = await crypto.subtle.importKey('raw', utf8(secret), 'HKDF', false, ['deriveKey'])
  const derivation = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: utf8(purpose) }
  const key = await crypto.subtle.deriveKey(derivation, material, { name: 'AES-GCM', length: 256 }, false, ['encrypt'])
  const iv = crypto.getRandomValues(new Uint8Array(12))
  return `${toBase64Url(iv)}.${toBase64Url(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, bytes))}`
}
