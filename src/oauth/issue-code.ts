import type { Context } from 'hono'
import type { Session } from '../accounts/sessions.ts'
import type { AppEnv } from '../env.ts'
import { ledgerClient } from '../ledger/ledger-client.ts'
import { callLedger, unwrap } from '../ledger/ledger-stub.ts'
import type { AuthorizationRequest } from './authorization-request.ts'
import { codeLocation, redirectResponse } from './authorization-response.ts'
import { nearestShard } from './nearest-shard.ts'

const MAX_USER_AGENT_LENGTH = 200

/** What the person allows, or allowed before. */
export interface Permission {
  scopes: readonly string[]
  organizations: readonly string[]
}

/** Writes the grant into the account's ledger and sends the browser back with the code. */
export async function issueCode(
  c: Context<AppEnv>,
  request: AuthorizationRequest,
  session: Session,
  permission: Permission,
  headers?: Headers,
): Promise<Response> {
  const { app, target } = request
  const outcome = await callLedger(c.env, session.accountId, async (ledger) =>
    ledger.authorize({
      accountId: session.accountId,
      client: ledgerClient(app),
      shownApp: { clientName: app.clientName, publisherDomain: app.publisherDomain },
      resource: request.resource,
      ...permission,
      redirectUri: target.redirectUri,
      codeChallenge: request.codeChallenge,
      signedInAt: session.signedInAt,
      userAgent: (c.req.header('User-Agent') ?? '').slice(0, MAX_USER_AGENT_LENGTH),
      shard: nearestShard(c.get('config').keyShards, c.req.raw.cf?.continent),
    }),
  )
  return redirectResponse(codeLocation(target, unwrap(outcome).authorizationCode), headers)
}
