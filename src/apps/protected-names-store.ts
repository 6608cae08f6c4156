import { reach } from '../lib/storage.ts'

/** Names of first-party apps, and on request of all public ones, as far as other organizations run them. */
export async function listProtectedNames(
  db: D1Database,
  { organizationId, publicToo }: { organizationId: string; publicToo: boolean },
): Promise<string[]> {
  const statement = db
    .prepare(
      `SELECT client_name FROM apps
        WHERE visibility = 'public' AND (first_party = 1 OR ?2) AND organization_id != ?1 AND deleted_at IS NULL`,
    )
    .bind(organizationId, publicToo ? 1 : 0)
  const { results } = await reach('D1', () => statement.all<{ client_name: string }>())
  return results.map((row) => row.client_name)
}
