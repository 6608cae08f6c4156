import { z } from 'zod'
import { camelKeys } from '../lib/case.ts'
import { all } from '../lib/d1.ts'
import { type Permission, rolesThatMay } from './organization.ts'

const deciderRow = camelKeys(z.object({ organization_id: z.string(), email: z.string() }))

/** The addresses of those who may decide about apps, by organization: owners first, `limit` of each at most. */
export function listDeciders(
  db: D1Database,
  organizationIds: readonly string[],
  limit: number,
): Promise<Map<string, string[]>> {
  return listAdministrators(db, 'decide-apps', organizationIds, limit)
}

/** The same of those who have some permission. */
export async function listAdministrators(
  db: D1Database,
  permission: Permission,
  organizationIds: readonly string[],
  limit: number,
): Promise<Map<string, string[]>> {
  const deciders = await all(
    db,
    deciderRow,
    `SELECT organization_id, email FROM (
       SELECT members.organization_id, accounts.email,
              row_number() OVER (PARTITION BY members.organization_id
                                 ORDER BY members.role = 'owner' DESC, members.created_at, accounts.email) AS place
         FROM members JOIN accounts ON accounts.id = members.account_id AND accounts.suspended_at IS NULL
        WHERE members.organization_id IN (SELECT value FROM json_each(?1))
          AND members.role IN (SELECT value FROM json_each(?2)))
      WHERE place <= ?3 ORDER BY organization_id, place`,
    [JSON.stringify(organizationIds), JSON.stringify(rolesThatMay(permission)), limit],
  )
  const found = Map.groupBy(deciders, ({ organizationId }) => organizationId)
  return new Map([...found].map(([id, rows]) => [id, rows.map(({ email }) => email)]))
}
