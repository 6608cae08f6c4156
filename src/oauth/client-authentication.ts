import type { PresentedClient } from '../apps/authenticate-client.ts'
import { isClientSecretOf } from '../apps/client-secret.ts'
import { ProtocolError } from '../errors.ts'
import { sha256 } from '../lib/encoding.ts'
import type { Sealing } from '../lib/sealed-credential.ts'
import { CHALLENGE, invalidClient, type PresentedCredentials } from './presented-credentials.ts'

/**
 * What an authority is shown of a client. A secret that we did not seal for it is refused here, before anything is
 * asked, in the words for a wrong one. A public client passes: it proves nothing, and whether it exists is looked up.
 */
export async function presentedClient(sealing: Sealing, credentials: PresentedCredentials): Promise<PresentedClient> {
  const { clientId, clientSecret, triedBasic } = credentials
  if (clientSecret === null) return { clientId, secretHash: null }
  if (!(await isClientSecretOf(sealing, clientId, clientSecret))) throw invalidClient('client_secret_wrong', triedBasic)
  return { clientId, secretHash: await sha256(clientSecret) }
}

/** RFC 6749 §5.2: whoever tried HTTP authentication is answered with its challenge, wherever it was refused. */
export async function challenging<T>({ triedBasic }: PresentedCredentials, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!triedBasic || !(error instanceof ProtocolError) || error.code !== 'invalid_client') throw error
    throw new ProtocolError(error.code, error.reason, { ...error.options, headers: CHALLENGE })
  }
}
