import { reach } from '../lib/storage.ts'

/**
 * How many people have a living grant that names the organization, by app. From the projection, seconds to minutes
 * old; it reads every living grant, which an organization of thousands will need an index of its own for.
 */
export async function countPeopleByApp(db: D1Database, organizationId: string): Promise<Map<string, number>> {
  const statement = db
    .prepare(
      `SELECT client_id, count(DISTINCT account_id) AS people FROM grant_index
        WHERE state = 'active' AND EXISTS (SELECT 1 FROM json_each(organizations) WHERE value = ?)
        GROUP BY client_id`,
    )
    .bind(organizationId)
  const { results } = await reach('D1', () => statement.all<{ client_id: string; people: number }>())
  return new Map(results.map(({ client_id, people }) => [client_id, people]))
}
