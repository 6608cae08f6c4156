import { z } from 'zod'
import { jsonColumn } from '../lib/json-column.ts'
import { reach } from '../lib/storage.ts'
import { APP_POLICIES, type AppPolicy } from './policy.ts'

const policyRow = z
  .object({ policy: z.enum(APP_POLICIES), scope_ceiling: jsonColumn(z.array(z.string())).nullable() })
  .transform(
    (row): AppPolicy => ({
      policy: row.policy,
      scopeCeiling: row.scope_ceiling,
    }),
  )

export async function getPolicy(db: D1Database, organizationId: string): Promise<AppPolicy> {
  const statement = db.prepare('SELECT policy, scope_ceiling FROM organizations WHERE id = ?').bind(organizationId)
  return policyRow.parse(await reach('D1', () => statement.first()))
}

/** Never of a personal organization, which is always open. */
export function changePolicyStatement(
  db: D1Database,
  organizationId: string,
  { policy, scopeCeiling }: AppPolicy,
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE organizations SET policy = ?2, scope_ceiling = ?3
        WHERE id = ?1 AND personal_account_id IS NULL AND (policy <> ?2 OR scope_ceiling IS NOT ?3)`,
    )
    .bind(organizationId, policy, scopeCeiling && JSON.stringify(scopeCeiling))
}
