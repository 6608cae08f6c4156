import { fromBase64Url, toBase64Url, utf8 } from '../lib/encoding.ts'
import { randomBytes } from '../lib/random.ts'

const IV_BYTES = 12

/** Encloses a refresh token's successor so that only who still holds the refresh token itself can read it. */
export async function encloseSuccessor(refreshToken: string, successor: string): Promise<string> {
  const iv = randomBytes(IV_BYTES)
  const enclosed = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv },
    await envelopeKey(refreshToken),
    utf8(successor),
  )
  return `${toBase64Url(iv)}.${toBase64Url(enclosed)}`
}

export async function openSuccessor(refreshToken: string, enclosed: string): Promise<string> {
  const [iv = '', text = ''] = enclosed.split('.')
  const algorithm = { name: 'AES-GCM', iv: fromBase64Url(iv) }
  const opened = await crypto.subtle.decrypt(algorithm, await envelopeKey(refreshToken), fromBase64Url(text))
  return new TextDecoder().decode(opened)
}

/** Not the hash that is stored: a copy of the ledger's storage opens nothing. */
async function envelopeKey(refreshToken: string): Promise<CryptoKey> {
  const material = await crypto.subtle.digest('SHA-256', utf8(`postern refresh token successor\n${refreshToken}`))
  return crypto.subtle.importKey('raw', material, 'AES-GCM', false, ['encrypt', 'decrypt'])
}
