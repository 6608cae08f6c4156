import { z } from 'zod'
import type { EpochSeconds } from '../lib/clock.ts'
import { fromBase64Url, toBase64Url } from '../lib/encoding.ts'
import { statusReference } from '../revocation/status-list.ts'

/** RFC 9068 §2.1: says that a JWT is an access token and nothing else. */
export const ACCESS_TOKEN_TYPE = 'at+jwt'

/** Claims of an access token (RFC 9068 §2.2), as they stand in the JWT. */
export interface AccessTokenClaims {
  iss: string
  sub: string
  aud: string
  client_id: string
  scope: string
  iat: EpochSeconds
  exp: EpochSeconds
  jti: string
  grant_id: string
  organizations?: readonly string[]
  auth_time?: EpochSeconds
  acr?: string
  /** draft-ietf-oauth-status-list §6.2. */
  status?: { status_list: { idx: number; uri: string } }
}

interface Issuance {
  issuer: string
  accountId: string
  clientId: string
  resource: string
  scopes: readonly string[]
  organizations: readonly string[]
  grantId: string
  tokenId: string
  issuedAt: EpochSeconds
  expiresAt: EpochSeconds
  signedInAt: EpochSeconds
  /** Null: the token says nothing of a status. */
  statusId: number | null
}

export function accessTokenClaims(issuance: Issuance): AccessTokenClaims {
  return {
    iss: issuance.issuer,
    sub: issuance.accountId,
    aud: issuance.resource,
    client_id: issuance.clientId,
    scope: issuance.scopes.join(' '),
    iat: issuance.issuedAt,
    exp: issuance.expiresAt,
    jti: issuance.tokenId,
    grant_id: issuance.grantId,
    ...(issuance.organizations.length > 0 && { organizations: issuance.organizations }),
    auth_time: issuance.signedInAt,
    ...(issuance.statusId !== null && { status: statusReference(issuance.issuer, issuance.statusId) }),
  }
}

const header = z.object({
  typ: z.literal(ACCESS_TOKEN_TYPE),
  alg: z.enum(['ES256', 'RS256', 'EdDSA']),
  kid: z.string(),
})
const claims = z.object({
  iss: z.string(),
  sub: z.string(),
  aud: z.string(),
  client_id: z.string(),
  scope: z.string(),
  iat: z.number().int(),
  exp: z.number().int(),
  jti: z.string(),
  grant_id: z.string(),
  organizations: z.array(z.string()).default([]),
  auth_time: z.number().int().default(0),
})

/** What a JWT says; worth nothing until its signature was verified. */
export interface UnverifiedAccessToken {
  header: z.infer<typeof header>
  claims: VerifiedClaims
}

export type VerifiedClaims = z.infer<typeof claims>

const MAX_JWT_LENGTH = 8192

/** Reads what the token says, to know whom to ask. Nothing is verified; undefined when it cannot be one of ours. */
export function parseAccessToken(jwt: string): UnverifiedAccessToken | undefined {
  const parts = jwt.length <= MAX_JWT_LENGTH ? jwt.split('.') : []
  if (parts.length !== 3) return undefined
  try {
    const [encodedHeader = '', encodedClaims = '', signature = ''] = parts
    if (!isCanonical(signature)) return undefined
    return { header: header.parse(readJson(encodedHeader)), claims: claims.parse(readJson(encodedClaims)) }
  } catch (error) {
    if (isMalformed(error)) return undefined
    throw error
  }
}

/** Verifiers skip white space and unused bits: then one token would have many spellings. */
function isCanonical(signature: string): boolean {
  return toBase64Url(fromBase64Url(signature)) === signature
}

function readJson(encoded: string): unknown {
  return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(fromBase64Url(encoded)))
}

/** Not base64url, not UTF-8, not JSON, or not our claims. */
function isMalformed(error: unknown): boolean {
  return (
    error instanceof TypeError ||
    error instanceof SyntaxError ||
    error instanceof z.ZodError ||
    (error instanceof DOMException && error.name === 'InvalidCharacterError')
  )
}
