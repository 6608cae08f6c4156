import type { Context } from 'hono'
import type { AppEnv } from '../env.ts'
import { mayReach } from '../grants/effective-access.ts'
import { callLedger } from '../ledger/ledger-stub.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import type { AuthorizationRequest } from './authorization-request.ts'
import type { ConsentedAccess } from './issue-code.ts'

/**
 * Consent is not asked again when a living redeemed grant already says yes to all of this. It copies that grant's
 * organizations and widens nothing.
 */
export async function findSkip(
  c: Context<AppEnv>,
  request: AuthorizationRequest,
  now: EpochSeconds,
): Promise<ConsentedAccess | undefined> {
  const { app, context, target, scopes, resource } = request
  if (!context.account || request.prompt.has('consent') || !maySkip(request)) return undefined
  const names = scopes.map((scope) => scope.name)
  const memberships = context.circumstances.memberships.filter(({ organizationId }) =>
    mayReach(organizationId, context.circumstances, now),
  )
  const question = {
    clientId: app.clientId,
    resource,
    redirectUri: target.redirectUri,
    scopes: names,
    shownApp: { clientName: app.clientName, publisherDomain: app.publisherDomain },
    reachable: memberships.map(({ organizationId, joinedAfter }) => ({ id: organizationId, joinedAfter })),
    // A consent that lost an organization says less than the person did: they are asked anew, once.
    lastCutOff: Math.max(
      context.circumstances.grantsCountFrom,
      ...context.circumstances.memberships.map(({ cutOffBy }) => cutOffBy ?? 0),
    ),
  }
  const found = await callLedger(c.env, context.account.id, async (ledger) => ledger.findSkippable(question))
  return found ? { scopes: names, organizations: found.organizations } : undefined
}

/** Sensitive scopes are always asked for, and so is anything that leaves for where another program may listen. */
function maySkip({ scopes, target }: AuthorizationRequest): boolean {
  return target.redirectUri.startsWith('https://') && !scopes.some((scope) => scope.sensitive)
}
