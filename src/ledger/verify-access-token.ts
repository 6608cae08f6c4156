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

const used = new Map<string, { key: VerificationKey; imported: CryptoKey }>()
const MAX_USED = 32

/** A key that this isolate has verified with. Whether it may still be used is asked each time. */
export function findUsedKey(kid: string): VerificationKey | undefined {
  return used.get(kid)?.key
}

/** Public keys never change under their `kid`. */
async function importKey(key: VerificationKey): Promise<CryptoKey> {
  const known = used.get(key.kid)
  if (known) return known.imported
  const imported = await crypto.subtle.importKey('jwk', key.publicJwk, IMPORT_ALGORITHMS[key.alg], false, ['verify'])
  if (used.size >= MAX_USED) used.clear()
  used.set(key.kid, { key, imported })
  return imported
}

const IMPORT_ALGORITHMS = {
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  EdDSA: { name: 'Ed25519' },
} as const
