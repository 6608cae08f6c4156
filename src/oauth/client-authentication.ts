import type { App } from '../apps/app.ts'
import { isClientSecretOf } from '../apps/client-secret.ts'
import { ProtocolError } from '../errors.ts'
import type { LivingSecret, PresentContext } from '../ledger/present-store.ts'
import { equalInConstantTime, sha256 } from '../lib/encoding.ts'
import type { Sealing } from '../lib/sealed-credential.ts'
import { invalidClient, type PresentedCredentials } from './presented-credentials.ts'

/** An app that proved to be itself, in the one way that it is registered for. */
export interface AuthenticatedClient {
  app: App
  /** The secret that it used; null for public clients, which prove nothing. */
  secret: LivingSecret | null
}

/**
 * Refuses a secret that we did not seal for this client, before any storage is asked, in the words for a wrong one. A
 * public client passes: it proves nothing, and whether it exists has to be looked up.
 */
export async function checkSecretSeal(
  sealing: Sealing,
  { clientId, clientSecret, triedBasic }: PresentedCredentials,
): Promise<void> {
  if (clientSecret === null || (await isClientSecretOf(sealing, clientId, clientSecret))) return
  throw invalidClient('client_secret_wrong', triedBasic)
}

/** Client authentication happens here, once, for every method and every endpoint (RFC 6749 §2.3). */
export async function requireClient(
  credentials: PresentedCredentials,
  context: PresentContext | undefined,
): Promise<AuthenticatedClient> {
  const { triedBasic } = credentials
  if (!context) throw invalidClient('client_unknown', triedBasic)
  const { app } = context
  if (app.deletedAt !== null) throw invalidClient('app_deleted', triedBasic)
  if (!isMethodAllowed(app, credentials)) throw refuseMethod(app, credentials)
  const secret = credentials.clientSecret === null ? null : await findSecret(credentials.clientSecret, context.secrets)
  if (secret === undefined) throw invalidClient('client_secret_wrong', triedBasic)
  if (app.suspendedAt !== null) throw new ProtocolError('unauthorized_client', 'app_suspended')
  return { app, secret }
}

/** A confidential app with a secret may send it by Basic or in the body; a public app sends none. */
function isMethodAllowed(app: App, { method }: PresentedCredentials): boolean {
  return (app.tokenEndpointAuthMethod === 'none') === (method === 'none')
}

function refuseMethod(app: App, { triedBasic }: PresentedCredentials): ProtocolError {
  const reason = app.tokenEndpointAuthMethod === 'none' ? 'client_authentication_method' : 'client_secret_missing'
  return invalidClient(reason, triedBasic)
}

/** Compares with every living secret, whichever matches: timing tells nothing about how many there are. */
async function findSecret(presented: string, secrets: readonly LivingSecret[]): Promise<LivingSecret | undefined> {
  const hash = await sha256(presented)
  let found: LivingSecret | undefined
  for (const secret of secrets) if (equalInConstantTime(secret.hash, hash)) found = secret
  return found
}
