import type { Sealing } from '../lib/sealed-credential.ts'
import { parseAccessToken, type UnverifiedAccessToken } from './access-token.ts'
import type { GrantReference } from './grant-reference.ts'
import { openTokenId } from './token-id.ts'

/** An access token with the grant that its `jti` names. What it claims is worth nothing until it was verified. */
export interface PresentedAccessToken extends UnverifiedAccessToken {
  jwt: string
  grant: GrantReference
}

/** Undefined when it is no access token, or has a `jti` that we did not make: then no storage is asked about it. */
export async function readAccessToken(sealing: Sealing, jwt: string): Promise<PresentedAccessToken | undefined> {
  const unverified = parseAccessToken(jwt)
  const grant = unverified && (await openTokenId(sealing, unverified.claims.jti))
  return grant && { ...unverified, jwt, grant }
}
