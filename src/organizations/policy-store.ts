import { z } from 'zod'
import { camelKeys } from '../lib/case.ts'
import { first, statement } from '../lib/d1.ts'
import { jsonColumn } from '../lib/json-column.ts'
import { APP_POLICIES, type AppPolicy } from './policy.ts'

const policyRow = camelKeys(
  z.object({ policy: z.enum(APP_POLICIES), scope_ceiling: jsonColumn(z.array(z.string())).nullable() }),
)

export async function getPolicy(db: D1Database, organizationId: string): Promise<AppPolicy> {
  const sql = 'SELECT policy, scope_ceiling FROM organizations WHERE id = ?'
  const policy = await first(db, policyRow, sql, [organizationId])
  if (!policy) throw new Error('an organization that somebody asks about has a policy')
  return policy
}

/** Never of a personal organization, which is always open. */
export function changePolicyStatement(
  db: D1Database,
  organizationId: string,
  { policy, scopeCeiling }: AppPolicy,
): D1PreparedStatement {
  return statement(
    db,
    `UPDATE organizations SET policy = ?2, scope_ceiling = ?3
      WHERE id = ?1 AND personal_account_id IS NULL AND (policy <> ?2 OR scope_ceiling IS NOT ?3)`,
    [organizationId, policy, scopeCeiling && JSON.stringify(scopeCeiling)],
  )
}
