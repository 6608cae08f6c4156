import type { App } from '../../apps/app.ts'
import { findApp } from '../../apps/apps-store.ts'
import { ApiError } from '../../errors.ts'
import { type Membership, mayManageApps } from '../../organizations/organization.ts'
import type { Caller } from './api-env.ts'

/** Members see the apps of their organization; those who develop for it also change them. */
export type AppRight = 'see' | 'manage'

/** Another organization's app does not exist for the caller: 404, so that nobody learns which client_ids do. */
export async function requireApp(db: D1Database, caller: Caller, clientId: string, right: AppRight): Promise<App> {
  const app = await findApp(db, clientId)
  if (!app) throw new ApiError('not-found')
  checkRole(requireMembership(caller, app.organizationId), right)
  return app
}

/** The organization for a new app. Left out: the personal one, if the caller may reach it. */
export function requireOrganization(caller: Caller, organizationId: string | undefined): string {
  const membership = organizationId === undefined ? requirePersonal(caller) : requireMembership(caller, organizationId)
  checkRole(membership, 'manage')
  return membership.organizationId
}

/** The organizations whose apps a list shows: the named one, or all that the caller may reach. */
export function requireOrganizations(caller: Caller, organizationId: string | undefined): string[] {
  if (organizationId !== undefined) return [requireMembership(caller, organizationId).organizationId]
  return caller.memberships.map((membership) => membership.organizationId)
}

export function requireMembership(caller: Caller, organizationId: string): Membership {
  const membership = caller.memberships.find((candidate) => candidate.organizationId === organizationId)
  if (!membership) throw new ApiError('not-found')
  return membership
}

function requirePersonal(caller: Caller): Membership {
  const membership = caller.memberships.find(({ personal }) => personal)
  if (membership) return membership
  throw new ApiError('forbidden', 'This access does not reach your personal organization; send organization_id.')
}

export function checkRole({ role }: Membership, right: AppRight): void {
  if (right === 'see' || mayManageApps(role)) return
  throw new ApiError('forbidden', `Your role in this organization is ${role}; this needs developer, admin or owner.`)
}
