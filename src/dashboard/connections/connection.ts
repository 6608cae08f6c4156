import type { Context } from 'hono'
import type { App } from '../../apps/app.ts'
import type { Scope } from '../../catalog/catalog.ts'
import { listScopes } from '../../catalog/catalog-store.ts'
import type { EpochSeconds } from '../../lib/clock.ts'
import { describeUserAgent } from '../../ui/user-agent.ts'
import { actionContext } from '../kit/action-context.ts'
import type { PageEnv } from '../kit/api-env.ts'
import { listGrants, type OwnGrant } from './actions.ts'

/** One device, or one browser, in which an app was allowed. */
export interface Device {
  grantId: string
  name: string
  /** In effect today. */
  scopes: readonly Scope[]
  /** In effect today, by name. */
  organizations: readonly string[]
  /** Consented to, and not in effect. */
  heldScopes: readonly Scope[]
  heldOrganizations: readonly string[]
  createdAt: EpochSeconds
  lastUsedAt: EpochSeconds
  /** Whether there is anything to take back short of all of it. */
  mayNarrow: boolean
}

export interface Connection {
  app: App
  devices: readonly Device[]
}

/** What somebody allowed, app by app, as they are shown it. */
export async function listConnections(c: Context<PageEnv>): Promise<Connection[]> {
  const [own, catalogue] = await Promise.all([
    listGrants(actionContext(c)),
    listScopes(c.env.DB, c.get('config').issuer),
  ])
  const nameOf = organizationNames(c)
  const byApp = Map.groupBy(own, ({ app }) => app.clientId)
  return [...byApp.values()].map((grants) => ({
    app: grants[0]!.app,
    devices: grants.map((grant) => toDevice(grant, catalogue, nameOf)),
  }))
}

function toDevice(
  { grant, app, inEffect }: OwnGrant,
  catalogue: readonly Scope[],
  nameOf: (id: string) => string,
): Device {
  return {
    grantId: grant.id,
    name: describeUserAgent(grant.userAgent),
    scopes: catalogue.filter(({ name }) => inEffect.scopes.includes(name)),
    organizations: inEffect.organizations.map(nameOf),
    heldScopes: catalogue.filter(({ name }) => grant.scopes.includes(name) && !inEffect.scopes.includes(name)),
    heldOrganizations: grant.organizations.filter((id) => !inEffect.organizations.includes(id)).map(nameOf),
    createdAt: grant.createdAt,
    lastUsedAt: grant.lastUsedAt,
    mayNarrow: grant.organizations.length > 1 || grant.scopes.some((scope) => !app.scopes.includes(scope)),
  }
}

/** An organization that the person left has no name here: the grant reaches it no more. */
export function organizationNames(c: Context<PageEnv>): (id: string) => string {
  const names = new Map(c.get('caller').memberships.map(({ organizationId, name }) => [organizationId, name]))
  return (id) => names.get(id) ?? 'an organization that you left'
}
