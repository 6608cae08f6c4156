import type { z } from '@hono/zod-openapi'
import { listScopes } from '../../../catalog/catalog-store.ts'
import { ApiError } from '../../../errors.ts'
import { currentTime } from '../../../lib/clock.ts'
import * as change from '../../../organizations/change-organization.ts'
import type { AppPolicy } from '../../../organizations/policy.ts'
import { countPeople, listPolicyEffects, type PolicyEffect } from '../../../organizations/policy-effects-store.ts'
import { getPolicy } from '../../../organizations/policy-store.ts'
import * as jobs from '../../../revocation/cut-off-jobs-store.ts'
import { requireMembership } from '../../kit/access.ts'
import type { ActionContext } from '../../kit/action-context.ts'
import { checkAct } from '../../kit/acts.ts'
import { endOfPolicy, startJobs } from '../../kit/cut-off.ts'
import { actingIn, checkCeiling, requirePermission } from '../actions.ts'
import type { newPolicy } from './schemas.ts'

const MAX_JOBS = 100

/** What a change of policy would end, before anybody is asked whether they mean it. */
export interface PolicyPreview {
  next: AppPolicy
  effects: readonly PolicyEffect[]
  /** Of the apps that would be cut off. */
  apps: number
  grants: number
  people: number
}

export function showPolicy({ env, caller }: ActionContext, organizationId: string): Promise<AppPolicy> {
  return getPolicy(env.DB, requireMembership(caller, organizationId).organizationId)
}

export async function previewPolicy(
  context: ActionContext,
  organizationId: string,
  body: z.output<typeof newPolicy>,
): Promise<PolicyPreview> {
  requirePermission(context, organizationId, 'manage-organization')
  const next = await checkPolicy(context, body)
  const { DB } = context.env
  const effects = await listPolicyEffects(DB, organizationId, next, currentTime())
  const cutOff = effects.filter((effect) => effect.cutOff)
  const grants = cutOff.reduce((sum, effect) => sum + effect.grants, 0)
  const clientIds = cutOff.map(({ clientId }) => clientId)
  return { next, effects, apps: cutOff.length, grants, people: await countPeople(DB, organizationId, clientIds) }
}

export async function changePolicy(
  context: ActionContext,
  organizationId: string,
  body: z.output<typeof newPolicy>,
): Promise<AppPolicy> {
  const { personal } = requirePermission(context, organizationId, 'manage-organization')
  if (personal) throw new ApiError('conflict', 'A personal organization is always open.')
  checkAct(context.caller, 'changePolicy')
  const next = await checkPolicy(context, body)
  const now = currentTime()
  const [former, scopes] = await Promise.all([
    getPolicy(context.env.DB, organizationId),
    listScopes(context.env.DB, context.config.issuer),
  ])
  const names = scopes.filter(({ target }) => target === 'organization').map(({ name }) => name)
  const ends = endOfPolicy(context, organizationId, { former, next, scopes: names }, now)
  await change.changePolicy(actingIn(context, organizationId), next, ends, now)
  await startJobs(context)
  return next
}

/** The newest first. */
export function listCutOffJobs(context: ActionContext, organizationId: string): Promise<jobs.CutOffJob[]> {
  requirePermission(context, organizationId, 'manage-organization')
  return jobs.listCutOffJobs(context.env.DB, organizationId, MAX_JOBS)
}

async function checkPolicy(
  context: ActionContext,
  { policy, scope_ceiling: scopeCeiling }: z.output<typeof newPolicy>,
): Promise<AppPolicy> {
  await checkCeiling(context, scopeCeiling)
  return { policy, scopeCeiling: scopeCeiling && [...new Set(scopeCeiling)].sort() }
}
