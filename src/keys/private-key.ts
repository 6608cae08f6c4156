import { sha256, toBase64Url, utf8 } from '../lib/encoding.ts'
import { unwrap, wrap } from '../lib/wrapping.ts'
import { type Algorithm, WEB_CRYPTO } from './algorithms.ts'

export interface NewKey {
  kid: string
  publicJwk: JsonWebKey
  wrapped: string
}

/** Creates a key pair; the private half leaves this function only wrapped. */
export async function createKey(alg: Algorithm, secrets: readonly string[]): Promise<NewKey> {
  const pair = (await crypto.subtle.generateKey(WEB_CRYPTO[alg].generate, true, ['sign', 'verify'])) as CryptoKeyPair
  const pkcs8 = (await crypto.subtle.exportKey('pkcs8', pair.privateKey)) as ArrayBuffer
  const publicJwk = publicMembers((await crypto.subtle.exportKey('jwk', pair.publicKey)) as JsonWebKey)
  const kid = await thumbprint(publicJwk)
  return { kid, publicJwk, wrapped: await wrap({ purpose: 'signing_key', id: kid }, pkcs8, secrets) }
}

type WrappedKey = Pick<NewKey, 'kid' | 'wrapped'>

/** A key that can sign and cannot be exported; undefined when none of the secrets opens it. */
export async function openKey(
  alg: Algorithm,
  { kid, wrapped }: WrappedKey,
  secrets: readonly string[],
): Promise<CryptoKey | undefined> {
  const opened = await unwrap({ purpose: 'signing_key', id: kid }, wrapped, secrets)
  return opened && crypto.subtle.importKey('pkcs8', opened.bytes, WEB_CRYPTO[alg].import, false, ['sign'])
}

/** The same key wrapped as it would be today; undefined when it already is, or when no secret opens it. */
export async function rewrapKey({ kid, wrapped }: WrappedKey, secrets: readonly string[]): Promise<string | undefined> {
  return (await unwrap({ purpose: 'signing_key', id: kid }, wrapped, secrets))?.rewrapped ?? undefined
}

/** JWS compact serialization (RFC 7515 §7.1). `encodedHeader` is made once per key. */
export async function signCompact(
  alg: Algorithm,
  key: CryptoKey,
  encodedHeader: string,
  claims: string,
): Promise<string> {
  const signingInput = `${encodedHeader}.${toBase64Url(utf8(claims))}`
  const signature = await crypto.subtle.sign(WEB_CRYPTO[alg].sign, key, utf8(signingInput))
  return `${signingInput}.${toBase64Url(signature)}`
}

/** RFC 7638: the required members in lexicographic order, hashed. */
async function thumbprint(jwk: JsonWebKey): Promise<string> {
  const sorted = Object.entries(jwk).sort(([a], [b]) => (a < b ? -1 : 1))
  return sha256(JSON.stringify(Object.fromEntries(sorted)))
}

/** The members that RFC 7638 hashes are all that a verifier needs. */
function publicMembers({ kty, crv, x, y, n, e }: JsonWebKey): JsonWebKey {
  return { kty, ...(crv && { crv }), ...(x && { x }), ...(y && { y }), ...(n && { n }), ...(e && { e }) }
}
