import type { Context } from 'hono'
import type { AppEnv } from '../env.ts'
import type { RequestOrigin } from '../ledger/commands.ts'
import { ledgerClient } from '../ledger/ledger-client.ts'
import type { PresentContext } from '../ledger/present-store.ts'
import { sha256 } from '../lib/encoding.ts'
import type { Handle } from '../tokens/handle.ts'
import type { AuthenticatedClient } from './client-authentication.ts'
import type { Parameters } from './form.ts'
import { parseScope } from './scope.ts'

/** What redeeming and refreshing tell the ledger alike. */
export async function commonCommand(
  c: Context<AppEnv>,
  handle: Handle,
  parameters: Parameters,
  client: AuthenticatedClient,
  context: PresentContext,
) {
  return {
    grantId: handle.grantId,
    engineToken: handle.engineToken,
    client: ledgerClient(client.app),
    present: context.present,
    resources: context.resources,
    statusId: context.statusId,
    requestedScopes: parseScope(parameters.scope),
    requestedResource: parameters.resource,
    origin: await requestOrigin(c),
  }
}

/** Where a request came from, as two hashes that can be compared and not read. */
async function requestOrigin(c: Context<AppEnv>): Promise<RequestOrigin> {
  const [address, userAgent] = await Promise.all([
    sha256(c.req.header('CF-Connecting-IP') ?? ''),
    sha256(c.req.header('User-Agent') ?? ''),
  ])
  return { address, userAgent }
}
