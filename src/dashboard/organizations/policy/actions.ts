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
import { checkAct } from '../../kit/acts.ts'
import type { Asker } from '../../kit/asker.ts'
import { endOfPolicy, startJobs } from '../../kit/cut-off.ts'
import { checkCeiling, deed, requirePermission } from '../actions.ts'
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

export function showPolicy({ env, caller }: Asker, organizationId: string): Promise<AppPolicy> {
  return getPolicy(env.DB, requireMembership(caller, organizationId).organizationId)
}

export async function previewPolicy(
  asker: Asker,
  organizationId: string,
  body: z.output<typeof newPolicy>,
): Promise<PolicyPreview> {
  requirePermission(asker, organizationId, 'manage-organization')
  const next = await checkPolicy(asker, body)
  const { DB } = asker.env
  const effects = await listPolicyEffects(DB, organizationId, next, currentTime())
  const cutOff = effects.filter((effect) => effect.cutOff)
  const grants = cutOff.reduce((sum, effect) => sum + effect.grants, 0)
  const clientIds = cutOff.map(({ clientId }) => clientId)
  return { next, effects, apps: cutOff.length, grants, people: await countPeople(DB, organizationId, clientIds) }
}

export async function changePolicy(
  asker: Asker,
  organizationId: string,
  body: z.output<typeof newPolicy>,
): Promise<AppPolicy> {
  const { personal } = requirePermission(asker, organizationId, 'manage-organization')
  if (personal) throw new ApiError('conflict', 'A personal organization is always open.')
  checkAct(asker.caller, 'changePolicy')
  const next = await checkPolicy(asker, body)
  const now = currentTime()
  const [former, scopes] = await Promise.all([
    getPolicy(asker.env.DB, organizationId),
    listScopes(asker.env.DB, asker.config.issuer),
  ])
  const names = scopes.filter(({ target }) => target === 'organization').map(({ name }) => name)
  const ends = endOfPolicy(asker, organizationId, { former, next, scopes: names }, now)
  await change.changePolicy(deed(asker, organizationId), next, ends, now)
  await startJobs(asker)
  return next
}

/** The newest first. */
export function listCutOffJobs(asker: Asker, organizationId: string): Promise<jobs.CutOffJob[]> {
  requirePermission(asker, organizationId, 'manage-organization')
  return jobs.listCutOffJobs(asker.env.DB, organizationId, MAX_JOBS)
}

async function checkPolicy(
  asker: Asker,
  { policy, scope_ceiling: scopeCeiling }: z.output<typeof newPolicy>,
): Promise<AppPolicy> {
  await checkCeiling(asker, scopeCeiling)
  return { policy, scopeCeiling: scopeCeiling && [...new Set(scopeCeiling)].sort() }
}
