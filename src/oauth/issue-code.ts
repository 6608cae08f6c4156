import type { Context } from 'hono'
import type { Session } from '../accounts/sessions.ts'
import { nearestShard } from '../authority/nearest-shard.ts'
import type { AppEnv } from '../env.ts'
import { ProtocolError } from '../errors.ts'
import { effectiveAccess, mayReach, type RemovalCount } from '../grants/effective-access.ts'
import { findConsentContext } from '../ledger/consent-context-store.ts'
import { ledgerClient } from '../ledger/ledger-client.ts'
import { callLedger, unwrap } from '../ledger/ledger-stub.ts'
import { currentTime } from '../lib/clock.ts'
import type { AuthorizationRequest } from './authorization-request.ts'
import { codeLocation, redirectResponse } from './authorization-response.ts'

const MAX_USER_AGENT_LENGTH = 200

/** What the person allows, or allowed before. */
export interface ConsentedAccess {
  scopes: readonly string[]
  organizations: readonly string[]
}

const MAX_ATTEMPTS = 3

/** Writes the grant into the account's ledger and sends the browser back with the code. */
export async function issueCode(
  c: Context<AppEnv>,
  request: AuthorizationRequest,
  session: Session,
  permission: ConsentedAccess,
  headers?: Headers,
): Promise<Response> {
  let { removals } = request.context
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const authorized = await authorize(c, request, session, { ...permission, consentedAfter: removals })
    if (authorized) return redirectResponse(codeLocation(request.target, authorized.authorizationCode), headers)
    removals = await requireStillAllowed(c, request, session, permission)
  }
  throw new ProtocolError('temporarily_unavailable', 'storage_unavailable')
}

async function authorize(
  c: Context<AppEnv>,
  { app, target, resource, codeChallenge }: AuthorizationRequest,
  { accountId, signedInAt }: Session,
  permission: ConsentedAccess & { consentedAfter: RemovalCount },
) {
  const outcome = await callLedger(c.env, accountId, async (ledger) =>
    ledger.authorize({
      accountId,
      client: ledgerClient(app),
      shownApp: { clientName: app.clientName, publisherDomain: app.publisherDomain },
      resource,
      ...permission,
      redirectUri: target.redirectUri,
      codeChallenge,
      signedInAt,
      userAgent: (c.req.header('User-Agent') ?? '').slice(0, MAX_USER_AGENT_LENGTH),
      shard: nearestShard(c.get('config'), c.req.raw, accountId),
    }),
  )
  return unwrap(outcome)
}

/** Access was taken from somebody since the consent was checked: it must not have been from this one. */
async function requireStillAllowed(
  c: Context<AppEnv>,
  { app, resource }: AuthorizationRequest,
  { accountId }: Session,
  permission: ConsentedAccess,
): Promise<RemovalCount> {
  const now = currentTime()
  const context = await findConsentContext(c.env.DB, c.get('config'), app.clientId, { accountId })
  if (!context) throw new ProtocolError('access_denied', 'app_deleted')
  const { circumstances, removals } = context
  const effective = effectiveAccess({ ...permission, resource, consentedAfter: removals }, circumstances, now)
  if (!effective.ok) throw new ProtocolError('access_denied', effective.reason)
  const lost = permission.organizations.some((id) => !mayReach(id, circumstances, now))
  if (lost) throw new ProtocolError('access_denied', 'organization_missing')
  return removals
}
