import type { z } from '@hono/zod-openapi'
import type { App } from '../../apps/app.ts'
import { findApp } from '../../apps/apps-store.ts'
import { listScopes } from '../../catalog/catalog-store.ts'
import { ApiError } from '../../errors.ts'
import { currentTime } from '../../lib/clock.ts'
import * as change from '../../organizations/change-organization.ts'
import type { AppDecision } from '../../organizations/decision.ts'
import * as decisions from '../../organizations/decisions-store.ts'
import { isKnownTo } from '../../organizations/inventory-store.ts'
import * as members from '../../organizations/members-store.ts'
import {
  type Member,
  type Membership,
  may,
  type Organization,
  type Permission,
  type Role,
  rolesFor,
} from '../../organizations/organization.ts'
import { findOrganizations } from '../../organizations/organizations-store.ts'
import { requireMembership } from '../kit/access.ts'
import type { ActionContext } from '../kit/action-context.ts'
import { type Act, checkAct } from '../kit/acts.ts'
import { boundReached, checkCreation } from '../kit/bounds.ts'
import { endOfDecision, endOfMembership, startJobs } from '../kit/cut-off.ts'
import { invalidFields, pointer } from '../kit/field-errors.ts'
import { checkOrganizationName } from './check-organization-name.ts'
import { tellRequesters } from './requests/tell-requesters.ts'
import type { newDecision, newOrganization, organizationChange } from './schemas.ts'

/** An organization with the role that the caller has in it. */
export interface OwnOrganization {
  organization: Organization
  role: Role
}

export async function listOrganizations({ env, caller }: ActionContext): Promise<OwnOrganization[]> {
  const roles = new Map(caller.memberships.map(({ organizationId, role }) => [organizationId, role]))
  const organizations = await findOrganizations(env.DB, [...roles.keys()])
  return organizations.map((organization) => ({ organization, role: roles.get(organization.id) ?? 'member' }))
}

export async function getOrganization(
  { env, caller }: ActionContext,
  organizationId: string,
): Promise<OwnOrganization> {
  const { role } = requireMembership(caller, organizationId)
  const [organization] = await findOrganizations(env.DB, [organizationId])
  if (!organization) throw new ApiError('not-found')
  return { organization, role }
}

export async function createOrganization(
  context: ActionContext,
  body: z.output<typeof newOrganization>,
): Promise<OwnOrganization> {
  const { env, config, caller } = context
  checkAct(caller, 'createOrganization')
  await checkOrganizationName(context, body)
  await checkCreation(context, 'organization')
  const founder = { accountId: caller.accountId, mostOrganizations: config.organizationsPerAccount }
  const wanted = { ...body, policy: config.defaultAppPolicy, founder }
  const created = await change.createOrganization(env.DB, wanted, currentTime())
  if (!created.ok && created.reason === 'too_many') throw boundReached(context, 'organization')
  return { organization: requireNamed(created), role: 'owner' }
}

export async function changeOrganization(
  context: ActionContext,
  organizationId: string,
  body: z.output<typeof organizationChange>,
): Promise<OwnOrganization> {
  requirePermission(context, organizationId, 'manage-organization')
  const { organization: current, role } = await getOrganization(context, organizationId)
  checkShared(current)
  const { name = current.name } = body
  if (name !== current.name) await checkOrganizationName(context, { name, organizationId })
  const renamed = await change.renameOrganization(
    actingIn(context, organizationId),
    { ...current, ...body },
    currentTime(),
  )
  return { organization: requireNamed(renamed), role }
}

export async function listMembers({ env, caller }: ActionContext, organizationId: string): Promise<Member[]> {
  return members.listMembers(env.DB, requireMembership(caller, organizationId).organizationId)
}

export async function changeRole(
  context: ActionContext,
  organizationId: string,
  accountId: string,
  role: Role,
): Promise<Member> {
  const membership = requirePermission(context, organizationId, 'manage-members')
  const member = await requireMember(context, organizationId, accountId)
  checkOwners(membership, [member.role, role])
  checkAct(context.caller, concernsAdministrators([member.role, role]) ? 'changeRole: administrators' : 'changeRole')
  const changed = await change.changeRole(actingIn(context, organizationId), accountId, role, currentTime())
  if (!changed) throw lastOwner()
  return { ...member, role }
}

/** Anybody may leave; removing others takes the role for it. */
export async function removeMember(context: ActionContext, organizationId: string, accountId: string): Promise<void> {
  const leaving = accountId === context.caller.accountId
  const membership = leaving
    ? requireMembership(context.caller, organizationId)
    : requirePermission(context, organizationId, 'manage-members')
  if (membership.personal) throw new ApiError('conflict', 'A personal organization has its one member for good.')
  const member = await requireMember(context, organizationId, accountId)
  if (!leaving) checkOwners(membership, [member.role])
  checkAct(context.caller, removalOf(member, leaving))
  const now = currentTime()
  const ends = endOfMembership(context, organizationId, accountId, now)
  const removed = await change.removeMember(actingIn(context, organizationId), accountId, ends, now)
  if (!removed) throw lastOwner()
  await startJobs(context)
}

export async function listDecisions({ env, caller }: ActionContext, organizationId: string): Promise<AppDecision[]> {
  return decisions.listDecisions(env.DB, requireMembership(caller, organizationId).organizationId)
}

/** `shown` is what a page listed of the app's scopes; by the API, all that it has now is meant. */
export async function decide(
  context: ActionContext,
  organizationId: string,
  clientId: string,
  body: z.output<typeof newDecision>,
  shown?: readonly string[],
): Promise<AppDecision> {
  requirePermission(context, organizationId, 'decide-apps')
  const app = await requireVisibleApp(context, organizationId, clientId)
  checkAct(context.caller, 'decide', clientId)
  const now = currentTime()
  const { decision, scope_ceiling: scopeCeiling = null, expires_at: expiresAt, note } = body
  if (expiresAt !== null && expiresAt <= now) {
    throw invalidFields([{ pointer: pointer('expires_at'), detail: 'The expiry is in the past.' }])
  }
  await checkCeiling(context, scopeCeiling)
  const consideredScopes = shown ?? [...app.scopes, ...app.optionalScopes]
  const by = { decidedBy: context.caller.accountId, decidedAt: now }
  const decided = { clientId, decision, scopeCeiling, consideredScopes, expiresAt, note, ...by }
  await change.decide(
    actingIn(context, organizationId),
    decided,
    await endOfDecision(context, organizationId, decided, now),
  )
  await startJobs(context)
  await tellRequesters(context, organizationId, clientId)
  return decided
}

/** Nothing is shown of an app, also by a decision about it, that the caller could not see otherwise. */
async function requireVisibleApp(
  { env, caller }: ActionContext,
  organizationId: string,
  clientId: string,
): Promise<App> {
  const app = await findApp(env.DB, clientId)
  const own = caller.memberships.some((membership) => membership.organizationId === app?.organizationId)
  const visible = app && (own || app.firstParty || app.visibility === 'public')
  if (app && (visible || (await isKnownTo(env.DB, organizationId, clientId)))) return app
  throw new ApiError('not-found', 'There is no such app, or none that you may see.')
}

/** A name that the catalogue does not have would be a limit that nobody meant. */
export async function checkCeiling({ env, config }: ActionContext, ceiling: readonly string[] | null): Promise<void> {
  if (ceiling === null) return
  const known = new Set((await listScopes(env.DB, config.issuer)).map(({ name }) => name))
  const unknown = ceiling.filter((scope) => !known.has(scope))
  if (unknown.length === 0) return
  const detail = `The catalogue has no scope ${unknown.join(', ')}.`
  throw invalidFields([{ pointer: pointer('scope_ceiling'), detail }])
}

export async function withdrawDecision(
  context: ActionContext,
  organizationId: string,
  clientId: string,
): Promise<void> {
  requirePermission(context, organizationId, 'decide-apps')
  checkAct(context.caller, 'withdrawDecision', clientId)
  const now = currentTime()
  const ends = await endOfDecision(context, organizationId, { clientId, decision: 'withdrawn' }, now)
  const withdrawn = await change.withdrawDecision(actingIn(context, organizationId), clientId, ends, now)
  if (!withdrawn) throw new ApiError('not-found', 'Nothing is decided about this app.')
  await startJobs(context)
}

export function requirePermission(
  { caller }: ActionContext,
  organizationId: string,
  permission: Permission,
): Membership {
  const membership = requireMembership(caller, organizationId)
  if (may(membership.role, permission)) return membership
  const needed = rolesFor(permission)
  throw new ApiError('forbidden', `Your role in this organization is ${membership.role}; this needs ${needed}.`)
}

async function requireMember(context: ActionContext, organizationId: string, accountId: string): Promise<Member> {
  const member = (await listMembers(context, organizationId)).find((candidate) => candidate.accountId === accountId)
  if (!member) throw new ApiError('not-found', 'There is no such member.')
  return member
}

/** A token makes no owners or administrators, and takes none away: they are who would have to notice. */
export function concernsAdministrators(roles: readonly Role[]): boolean {
  return roles.some((role) => role === 'owner' || role === 'admin')
}

function removalOf({ role }: Member, leaving: boolean): Act {
  if (leaving) return 'removeMember: leaves'
  return concernsAdministrators([role]) ? 'removeMember: administrators' : 'removeMember'
}

/** Administrators neither make owners nor touch them. */
export function checkOwners({ role }: Membership, concerned: readonly Role[]): void {
  if (!concerned.includes('owner') || may(role, 'manage-owners')) return
  throw new ApiError('forbidden', 'Only an owner makes, changes and removes owners.')
}

function checkShared({ personal }: Organization): void {
  if (personal) throw new ApiError('conflict', 'A personal organization keeps its name.')
}

function lastOwner(): ApiError {
  return new ApiError('conflict', 'This is the last owner: make somebody else an owner first.')
}

function requireNamed(named: change.Named): Organization {
  if (named.ok) return named.organization
  throw invalidFields([{ pointer: pointer('slug'), detail: 'This slug is taken.' }])
}

export function actingIn({ env, caller }: ActionContext, organizationId: string) {
  return { db: env.DB, organizationId, actor: caller.accountId }
}
