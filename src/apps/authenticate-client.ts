import type { Reason } from '../errors.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { equalInConstantTime } from '../lib/encoding.ts'
import type { AppSettings } from './settings.ts'

/** What a client showed of itself (RFC 6749 §2.3), its secret as the hash of it. */
export interface PresentedClient {
  clientId: string
  /** Null: it showed none. */
  secretHash: string | null
}

/** What of a registration says who may speak for it. */
interface Registration {
  tokenEndpointAuthMethod: AppSettings['tokenEndpointAuthMethod']
  deletedAt: EpochSeconds | null
  suspendedAt: EpochSeconds | null
  secrets: readonly { id: string; hash: string; expiresAt: EpochSeconds | null; lastUsedAt: EpochSeconds | null }[]
}

export type ClientRefusal = Extract<
  Reason,
  | 'client_unknown'
  | 'app_deleted'
  | 'client_authentication_method'
  | 'client_secret_missing'
  | 'client_secret_wrong'
  | 'app_suspended'
>

export type AuthenticatedSecret = Pick<Registration['secrets'][number], 'id' | 'lastUsedAt'>

export type ClientAuthentication =
  | { ok: true; secret: AuthenticatedSecret | null }
  | { ok: false; code: 'invalid_client' | 'unauthorized_client'; reason: ClientRefusal }

/**
 * Client authentication, once for every method and every endpoint. A confidential app with a secret may send it by
 * Basic or in the body; a public app sends none, and proves nothing.
 */
export function authenticateClient(
  { secretHash }: PresentedClient,
  app: Registration | undefined,
  now: EpochSeconds,
): ClientAuthentication {
  if (!app) return refuse('client_unknown')
  if (app.deletedAt !== null) return refuse('app_deleted')
  const isPublic = app.tokenEndpointAuthMethod === 'none'
  if (isPublic && secretHash !== null) return refuse('client_authentication_method')
  if (!isPublic && secretHash === null) return refuse('client_secret_missing')
  const secret = secretHash === null ? null : findSecret(secretHash, app.secrets, now)
  if (secret === undefined) return refuse('client_secret_wrong')
  if (app.suspendedAt !== null) return { ok: false, code: 'unauthorized_client', reason: 'app_suspended' }
  return { ok: true, secret }
}

function refuse(reason: ClientRefusal): ClientAuthentication {
  return { ok: false, code: 'invalid_client', reason }
}

/** Compares with every living secret, whichever matches: timing tells nothing about how many there are. */
function findSecret(presented: string, secrets: Registration['secrets'], now: EpochSeconds) {
  let found: AuthenticatedSecret | undefined
  for (const secret of secrets) {
    const matches = equalInConstantTime(secret.hash, presented)
    if (matches && (secret.expiresAt === null || secret.expiresAt > now)) found = secret
  }
  return found
}
