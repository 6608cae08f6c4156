import { randomBase64Url } from '../lib/random.ts'
import { readSealedCredential, type Sealing, sealCredential } from '../lib/sealed-credential.ts'
import { type GrantReference, packReference, REFERENCE_LENGTH, unpackReference } from './grant-reference.ts'

/**
 * Authorization codes and refresh tokens name their account and grant, so that one ledger call finds everything, and
 * are sealed: what we did not make reaches no ledger. The engine makes 24 random bytes; eight of ours make 32. Only the
 * SHA-256 of the whole is kept.
 */
export const GRANT_CREDENTIAL_PREFIXES = { authorizationCode: 'pst_code_', refreshToken: 'pst_rt_' } as const
export type GrantCredentialKind = keyof typeof GRANT_CREDENTIAL_PREFIXES

export interface GrantCredential extends GrantReference {
  /** The same credential as the engine spells it: `account:grant:secret`. */
  engineToken: string
}

const ENGINE_SECRET_LENGTH = 32
const SALT_BYTES = 8
const SALT_LENGTH = 11
const BODY_LENGTH = REFERENCE_LENGTH + ENGINE_SECRET_LENGTH + SALT_LENGTH

/** Our credential around one of the engine's. A new salt each time: the result is never the same twice. */
export async function formatGrantCredential(
  sealing: Sealing,
  kind: GrantCredentialKind,
  engineToken: string,
): Promise<string> {
  const [accountId = '', grantId = '', secret = ''] = engineToken.split(':')
  if (secret.length !== ENGINE_SECRET_LENGTH) throw new Error('the engine changed the format of its credentials')
  const body = packReference({ accountId, grantId }) + secret + randomBase64Url(SALT_BYTES)
  return sealCredential(sealing, kindOf(kind), body)
}

/** Undefined for anything that we did not issue; says nothing about whether it is alive. */
export async function parseGrantCredential(
  sealing: Sealing,
  kind: GrantCredentialKind,
  credential: string,
): Promise<GrantCredential | undefined> {
  const body = await readSealedCredential(sealing, kindOf(kind), BODY_LENGTH, credential)
  if (body === undefined) return undefined
  const { accountId, grantId } = unpackReference(body)
  const secret = body.slice(REFERENCE_LENGTH, -SALT_LENGTH)
  return { accountId, grantId, engineToken: `${accountId}:${grantId}:${secret}` }
}

function kindOf(kind: GrantCredentialKind) {
  return { prefix: GRANT_CREDENTIAL_PREFIXES[kind], owner: '' }
}
