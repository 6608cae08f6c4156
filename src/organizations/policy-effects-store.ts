import { z } from 'zod'
import { camelKeys } from '../lib/case.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { all, first } from '../lib/d1.ts'
import { flagColumn } from '../lib/flag-column.ts'
import { jsonColumn } from '../lib/json-column.ts'
import { appRefusal } from '../revocation/app-refusal-store.ts'
import type { AppPolicy } from './policy.ts'

/** What a policy would change about one app, if it were set now. */
export interface PolicyEffect {
  clientId: string
  clientName: string
  /** Cut off: refused then, and not now. Limited: it stays, and loses these scopes. */
  lostScopes: readonly string[]
  cutOff: boolean
  grants: number
  people: number
}

const effectRow = camelKeys(
  z.object({
    client_id: z.string(),
    client_name: z.string(),
    grants: z.number(),
    people: z.number(),
    refused_now: flagColumn,
    refused_then: flagColumn,
    lost: jsonColumn(z.array(z.string())),
  }),
).transform(({ refusedNow, refusedThen, lost, ...effect }) => ({
  ...effect,
  lostScopes: refusedThen ? [] : lost,
  cutOff: refusedThen && !refusedNow,
}))

/** Scopes of living grants that the ceiling of now lets through and the next does not; an approval has its own. */
const LOST = `
  (SELECT json_group_array(scope.value) FROM json_each(reaching.scopes) AS scope
     JOIN scopes ON scopes.name = scope.value AND scopes.target = 'organization'
    WHERE ?4 IS NOT NULL
      AND decision.decision IS NOT 'approved'
      AND scope.value NOT IN (SELECT value FROM json_each(?4))
      AND (organization.scope_ceiling IS NULL
           OR scope.value IN (SELECT value FROM json_each(organization.scope_ceiling))))`

/** Apps that have living grants and that the next policy refuses or limits, those of most people first. */
export async function listPolicyEffects(
  db: D1Database,
  organizationId: string,
  next: AppPolicy,
  now: EpochSeconds,
): Promise<PolicyEffect[]> {
  const effects = await all(
    db,
    effectRow,
    `SELECT reaching.client_id, reaching.client_name, reaching.grants, reaching.people, ${LOST} AS lost,
            (${appRefusal()}) IS NOT NULL AS refused_now, (${appRefusal('?3')}) IS NOT NULL AS refused_then
       FROM organization_apps AS reaching
       JOIN apps AS app ON app.client_id = reaching.client_id
       JOIN organizations AS organization ON organization.id = reaching.organization_id
       LEFT JOIN app_decisions AS decision
         ON decision.organization_id = reaching.organization_id AND decision.client_id = reaching.client_id
      WHERE reaching.organization_id = ?2 AND reaching.grants > 0
      ORDER BY reaching.people DESC, reaching.client_name`,
    [now, organizationId, next.policy, next.scopeCeiling && JSON.stringify(next.scopeCeiling)],
  )
  return effects.filter(({ cutOff, lostScopes }) => cutOff || lostScopes.length > 0)
}

const countRow = z.object({ people: z.number() })

/** How many people have a living grant there of any of these apps: one person may have several. */
export async function countPeople(
  db: D1Database,
  organizationId: string,
  clientIds: readonly string[],
): Promise<number> {
  const counted = await first(
    db,
    countRow,
    `SELECT count(DISTINCT account_id) AS people FROM organization_grants
      WHERE organization_id = ? AND client_id IN (SELECT value FROM json_each(?))`,
    [organizationId, JSON.stringify(clientIds)],
  )
  return counted?.people ?? 0
}
