import { base64url, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose'
import { toDate } from './clock.ts'
import type { KeySet } from './key-set.ts'
import type { Protection } from './options.ts'

/** A verified access token (RFC 9068), in the words of this library. */
export interface AccessToken {
  /** The account, or the app itself. */
  sub: string
  clientId: string
  scopes: readonly string[]
  /** Organizations that the token reaches; empty when it names none. */
  organizations: readonly string[]
  grantId: string | undefined
  tokenId: string
  /** Epoch seconds. */
  expiresAt: number
  /** Every claim of the token. */
  claims: JWTPayload
}

const TYPES = new Set(['at+jwt', 'application/at+jwt'])

/**
 * Verifies signature, `alg`, `typ`, `iss`, `aud`, `exp`, `nbf` and the claims that RFC 9068 §2.2 requires.
 * Does not check whether the token was revoked before it expired, nor what the person may do: an API still compares
 * `organizations` and the person's role with what is asked for.
 *
 * @returns the token, or undefined when it must be refused.
 * @throws KeysUnavailable when the issuer's keys cannot be had.
 */
export async function verifyAccessToken(
  jwt: string,
  protection: Protection,
  keySet: KeySet,
): Promise<AccessToken | undefined> {
  const header = isCanonical(jwt) ? readHeader(jwt) : undefined
  if (!header || !protection.algorithms.includes(header.alg)) return undefined
  const found = await keySet.find(header.kid)
  if (!found || found.alg !== header.alg) return undefined
  try {
    const { payload } = await jwtVerify(jwt, found.key, {
      issuer: protection.issuer,
      audience: protection.resource,
      algorithms: [found.alg],
      requiredClaims: ['exp', 'iat', 'sub', 'client_id', 'jti'],
      currentDate: toDate(protection.now()),
      clockTolerance: protection.clockToleranceSeconds,
    })
    return toAccessToken(payload)
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined
    throw error
  }
}

/**
 * Decoders skip padding and unused bits, and a signature covers only what stands before it: one token would have many
 * spellings, and whoever keeps a list of tokens would know one of them.
 */
function isCanonical(jwt: string): boolean {
  const signature = jwt.slice(jwt.lastIndexOf('.') + 1)
  return /^[A-Za-z0-9_-]*$/.test(signature) && base64url.encode(base64url.decode(signature)) === signature
}

function readHeader(jwt: string): { alg: string; kid: string } | undefined {
  try {
    const { alg, kid, typ } = decodeProtectedHeader(jwt)
    if (!alg || !kid || !typ || !TYPES.has(typ.toLowerCase())) return undefined
    return { alg, kid }
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

function toAccessToken(claims: JWTPayload): AccessToken | undefined {
  const { sub, client_id: clientId, jti, exp, scope, organizations, grant_id: grantId } = claims
  if (typeof sub !== 'string' || typeof clientId !== 'string' || typeof jti !== 'string' || exp === undefined) {
    return undefined
  }
  // Bound to a key of its client (RFC 9449): worth nothing to whoever merely has the string.
  if (claims.cnf !== undefined) return undefined
  return {
    sub,
    clientId,
    scopes: typeof scope === 'string' ? scope.split(' ').filter(Boolean) : [],
    organizations: Array.isArray(organizations) ? organizations.filter((id) => typeof id === 'string') : [],
    grantId: typeof grantId === 'string' ? grantId : undefined,
    tokenId: jti,
    expiresAt: exp,
    claims,
  }
}
