import type { Context } from 'hono'
import type { AppEnv } from '../../env.ts'
import type { RequestOrigin } from '../../ledger/commands.ts'
import { sha256 } from '../../lib/encoding.ts'
import { keyedHash } from '../../lib/keyed-hash.ts'
import { parseScope } from '../scope.ts'
import type { GrantRequest } from './grant-handler.ts'

/** What redeeming and refreshing ask the ledger alike. */
export async function tokenRequest(
  c: Context<AppEnv>,
  { credential, client, parameters: { scope, resource } }: GrantRequest,
) {
  const origin = await requestOrigin(c)
  return {
    credential,
    client,
    clientId: client.clientId,
    requestedScopes: parseScope(scope),
    requestedResource: resource,
    origin,
  }
}

/**
 * Where a request came from, as hashes that can be compared and not read: the address under a key, because all of them
 * can be tried. Empty: the address is not known.
 */
async function requestOrigin(c: Context<AppEnv>): Promise<RequestOrigin> {
  const [newestSecret = ''] = c.get('config').keyWrappingSecrets
  const address = c.req.header('CF-Connecting-IP')
  const [addressHash, userAgent] = await Promise.all([
    address ? keyedHash('request_origin', newestSecret, address) : '',
    sha256(c.req.header('User-Agent') ?? ''),
  ])
  return { address: addressHash, userAgent }
}
