import { env } from 'cloudflare:workers'
import { generateKeyPair, SignJWT } from 'jose'

const decode = (part = '') => JSON.parse(atob(part.replaceAll('-', '+').replaceAll('_', '/')))
const encode = (value: unknown) =>
  btoa(JSON.stringify(value)).replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_')

export function readToken(jwt: string): { header: Record<string, string>; claims: Record<string, unknown> } {
  const [header, claims] = jwt.split('.')
  return { header: decode(header), claims: decode(claims) }
}

/** The same token, changed and signed by a key of the attacker's own. */
export async function resign(jwt: string, changes: Record<string, unknown> = {}, header = {}): Promise<string> {
  const token = readToken(jwt)
  const { privateKey } = await generateKeyPair('ES256')
  return new SignJWT({ ...token.claims, ...changes })
    .setProtectedHeader({ ...token.header, alg: 'ES256', ...header })
    .sign(privateKey)
}

/** The same claims without a signature. */
export function unsigned(jwt: string): string {
  const { header, claims } = readToken(jwt)
  return `${encode({ ...header, alg: 'none' })}.${encode(claims)}.`
}

/** Signed with HMAC under the public key's text: works where a verifier lets the header choose. */
export async function signedWithPublicKey(jwt: string): Promise<string> {
  const { header, claims } = readToken(jwt)
  const row = await env.DB.prepare('SELECT public_jwk FROM signing_keys WHERE kid = ?')
    .bind(header.kid)
    .first<string>('public_jwk')
  const secret = new TextEncoder().encode(row ?? '')
  return new SignJWT(claims).setProtectedHeader({ ...header, alg: 'HS256' }).sign(secret)
}

/** The signature of one token under the claims of another. */
export function withClaims(jwt: string, changes: Record<string, unknown>): string {
  const [header, , signature] = jwt.split('.')
  return `${header}.${encode({ ...readToken(jwt).claims, ...changes })}.${signature}`
}
