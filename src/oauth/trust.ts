import type { App } from '../apps/app.ts'
import type { Bindings } from '../env.ts'
import type { Circumstances } from '../grants/effective-access.ts'
import { callLedger } from '../ledger/ledger-stub.ts'
import type { AuthorizationRefusal } from './authorization-response.ts'

/**
 * Whether the deployment, or the organization of the person, has a reason to trust where this app sends browsers. Anybody
 * can register an app; a redirect that nobody asked for lends our address to whoever did (RFC 9700 §4.11.2).
 */
export function isTrusted(
  { firstParty, visibility, publisherDomain }: App,
  { app, memberships }: Circumstances,
): boolean {
  if (firstParty || (visibility === 'public' && publisherDomain !== null)) return true
  return memberships.some(({ organizationId }) => organizationId === app.organizationId)
}

/** A refusal goes by itself to an app that is trusted, or that this person has connected. */
export async function mayRedirect(
  env: Bindings,
  { target }: AuthorizationRefusal,
  accountId: string | undefined,
): Promise<boolean> {
  if (target.trusted) return true
  if (accountId === undefined) return false
  const grants = await callLedger(env, accountId, async (ledger) => ledger.listGrants())
  return grants.some(({ clientId }) => clientId === target.clientId)
}
