import { isClientSecretOf } from '../apps/client-secret.ts'
import { isIntrospectionSecretOf } from '../catalog/introspection-secret.ts'
import type { ResourceCredentials } from '../catalog/resource-credentials-store.ts'
import type { PresentContext } from '../ledger/present-store.ts'
import { equalInConstantTime, sha256 } from '../lib/encoding.ts'
import type { Sealing } from '../lib/sealed-credential.ts'
import { requireClient } from './client-authentication.ts'
import { invalidClient, type PresentedCredentials } from './presented-credentials.ts'

/** Who asks: a protected resource with its own credentials, or a confidential app. */
export type IntrospectionCaller = { kind: 'resource'; identifier: string } | { kind: 'app'; clientId: string }

interface Known {
  resource: ResourceCredentials | undefined
  app: PresentContext | undefined
}

/**
 * Refuses a caller without a secret, and one with a secret that we did not seal for that caller, before any storage is
 * asked. The prefix of the secret says whether it is a resource's or an app's.
 */
export async function checkCallerSeal(
  sealing: Sealing,
  { clientId, clientSecret, triedBasic }: PresentedCredentials,
): Promise<void> {
  if (clientSecret === null) throw invalidClient('client_secret_missing', triedBasic)
  if (await isIntrospectionSecretOf(sealing, clientId, clientSecret)) return
  if (await isClientSecretOf(sealing, clientId, clientSecret)) return
  throw invalidClient('client_secret_wrong', triedBasic)
}

/** RFC 7662 §2.1: the caller must be authorized; a public client proves nothing and learns nothing. */
export async function requireCaller(
  credentials: PresentedCredentials,
  { resource, app }: Known,
): Promise<IntrospectionCaller> {
  if (resource) return requireResource(credentials, resource)
  const client = await requireClient(credentials, app)
  if (!client.secret) throw invalidClient('client_secret_missing', credentials.triedBasic)
  return { kind: 'app', clientId: client.app.clientId }
}

async function requireResource(
  credentials: PresentedCredentials,
  resource: ResourceCredentials,
): Promise<IntrospectionCaller> {
  const { triedBasic } = credentials
  if (credentials.clientSecret === null) throw invalidClient('client_secret_missing', triedBasic)
  const matches = equalInConstantTime(await sha256(credentials.clientSecret), resource.secretHash)
  if (!matches) throw invalidClient('client_secret_wrong', triedBasic)
  return { kind: 'resource', identifier: resource.identifier }
}
