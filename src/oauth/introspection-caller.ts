import type { PresentedClient } from '../apps/authenticate-client.ts'
import { isClientSecretOf } from '../apps/client-secret.ts'
import type { KnownCaller } from '../authority/read.ts'
import { isIntrospectionSecretOf } from '../catalog/introspection-secret.ts'
import { ProtocolError } from '../errors.ts'
import { sha256 } from '../lib/encoding.ts'
import type { Sealing } from '../lib/sealed-credential.ts'
import { invalidClient, type PresentedCredentials } from './presented-credentials.ts'

/** Who asks: a protected resource with its own credentials, or a confidential app. */
export type IntrospectionCaller = { kind: 'resource'; identifier: string } | { kind: 'app'; clientId: string }

/**
 * Refuses a caller without a secret, and one with a secret that we did not seal for that caller, before any storage is
 * asked. The prefix of the secret says whether it is a resource's or an app's.
 */
export async function presentedCaller(
  sealing: Sealing,
  { clientId, clientSecret, triedBasic }: PresentedCredentials,
): Promise<PresentedClient> {
  if (clientSecret === null) throw invalidClient('client_secret_missing', triedBasic)
  const isSealed =
    (await isIntrospectionSecretOf(sealing, clientId, clientSecret)) ||
    (await isClientSecretOf(sealing, clientId, clientSecret))
  if (!isSealed) throw invalidClient('client_secret_wrong', triedBasic)
  return { clientId, secretHash: await sha256(clientSecret) }
}

/** RFC 7662 §2.1: the caller must be authorized; a public client proves nothing and learns nothing. */
export function requireCaller(
  { triedBasic }: PresentedCredentials,
  known: KnownCaller | undefined,
): IntrospectionCaller {
  if (known?.kind === 'resource' && known.authenticated) return { kind: 'resource', identifier: known.identifier }
  if (known?.kind !== 'app') throw invalidClient('client_secret_wrong', triedBasic)
  const { clientId, authentication } = known
  if (authentication.ok) return { kind: 'app', clientId }
  const { code, reason } = authentication
  throw reason === 'app_suspended' ? new ProtocolError(code, reason) : invalidClient(reason, triedBasic)
}
