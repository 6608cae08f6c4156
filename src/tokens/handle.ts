import { readChecked, withChecksum } from '../lib/checked-credential.ts'
import { randomBase64Url } from '../lib/random.ts'

/**
 * Authorization codes and refresh tokens name their account and grant, so that one D1 read and one ledger call
 * find everything. The engine makes 24 random bytes; eight of ours make 32. Only the SHA-256 of the whole is kept.
 */
export const HANDLE_PREFIXES = { authorizationCode: 'pst_code_', refreshToken: 'pst_rt_' } as const
export type HandleKind = keyof typeof HANDLE_PREFIXES

export interface Handle {
  accountId: string
  grantId: string
  /** The same credential as the engine spells it: `account:grant:secret`. */
  engineToken: string
}

const ACCOUNT_PREFIX = 'acc_'
const ACCOUNT_LENGTH = 20
const GRANT_LENGTH = 16
const ENGINE_SECRET_LENGTH = 32
const SALT_BYTES = 8
const SALT_LENGTH = 11
const BODY_LENGTH = ACCOUNT_LENGTH + GRANT_LENGTH + ENGINE_SECRET_LENGTH + SALT_LENGTH

/** Our credential around one of the engine's. A new salt each time: the result is never the same twice. */
export function formatHandle(kind: HandleKind, engineToken: string): string {
  const [accountId = '', grantId = '', secret = ''] = engineToken.split(':')
  const body = accountId.slice(ACCOUNT_PREFIX.length) + grantId + secret + randomBase64Url(SALT_BYTES)
  if (body.length !== BODY_LENGTH) throw new Error('the engine changed the format of its credentials')
  return withChecksum(HANDLE_PREFIXES[kind] + body)
}

/** Undefined for anything that we cannot have issued; says nothing about whether it is known. */
export function parseHandle(kind: HandleKind, credential: string): Handle | undefined {
  const body = readChecked(credential, HANDLE_PREFIXES[kind], BODY_LENGTH)
  if (!body) return undefined
  const accountId = ACCOUNT_PREFIX + body.slice(0, ACCOUNT_LENGTH)
  const grantId = body.slice(ACCOUNT_LENGTH, ACCOUNT_LENGTH + GRANT_LENGTH)
  const secret = body.slice(ACCOUNT_LENGTH + GRANT_LENGTH, -SALT_LENGTH)
  return { accountId, grantId, engineToken: `${accountId}:${grantId}:${secret}` }
}
