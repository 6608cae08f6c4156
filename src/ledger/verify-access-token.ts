import { errors, jwtVerify } from 'jose'
import type { Config } from '../env.ts'
import type { VerificationKey } from '../keys/keys-store.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { ACCESS_TOKEN_TYPE, type VerifiedClaims } from '../tokens/access-token.ts'
import type { PresentedAccessToken } from '../tokens/presented-access-token.ts'

/**
 * The claims of an access token that we signed and that has not expired; says nothing about its grant.
 * With the one key that the header names; `alg` is the key's, whatever the header says.
 */
export async function verifyAccessToken(
  key: VerificationKey,
  config: Config,
  { jwt, claims }: PresentedAccessToken,
  now: EpochSeconds,
): Promise<VerifiedClaims | undefined> {
  if (claims.exp <= now) return undefined
  try {
    await jwtVerify(jwt, await importKey(key), { issuer: config.issuer, typ: ACCESS_TOKEN_TYPE, algorithms: [key.alg] })
    return claims
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined
    throw error
  }
}

const imported = new Map<string, CryptoKey>()
const MAX_IMPORTED = 32

/** Public keys never change under their `kid`; whether one may still be used was asked of D1 just now. */
async function importKey({ kid, publicJwk, alg }: VerificationKey): Promise<CryptoKey> {
  const known = imported.get(kid)
  if (known) return known
  const key = await crypto.subtle.importKey('jwk', publicJwk, IMPORT_ALGORITHMS[alg], false, ['verify'])
  if (imported.size >= MAX_IMPORTED) imported.clear()
  imported.set(kid, key)
  return key
}

const IMPORT_ALGORITHMS = {
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  EdDSA: { name: 'Ed25519' },
} as const
