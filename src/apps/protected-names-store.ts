import { z } from 'zod'
import { camelKeys } from '../lib/case.ts'
import { all } from '../lib/d1.ts'

const nameRow = camelKeys(z.object({ client_name: z.string() }))

/** Names of first-party apps, and on request of all public ones, as far as other organizations run them. */
export async function listProtectedNames(
  db: D1Database,
  { organizationId, publicToo }: { organizationId: string; publicToo: boolean },
): Promise<string[]> {
  const rows = await all(
    db,
    nameRow,
    `SELECT client_name FROM apps
      WHERE visibility = 'public' AND (first_party = 1 OR ?2) AND organization_id != ?1 AND deleted_at IS NULL`,
    [organizationId, publicToo ? 1 : 0],
  )
  return rows.map(({ clientName }) => clientName)
}
