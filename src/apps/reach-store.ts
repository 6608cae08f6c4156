import { reach } from '../lib/storage.ts'

/** How many people have a living grant that names the organization, by app. From the projection, seconds old. */
export async function countPeopleByApp(db: D1Database, organizationId: string): Promise<Map<string, number>> {
  const statement = db
    .prepare('SELECT client_id, people FROM organization_apps WHERE organization_id = ? AND people > 0')
    .bind(organizationId)
  const { results } = await reach('D1', () => statement.all<{ client_id: string; people: number }>())
  return new Map(results.map(({ client_id, people }) => [client_id, people]))
}
