import { z } from 'zod'
import type { EpochSeconds } from '../lib/clock.ts'
import { all, statement } from '../lib/d1.ts'

const IS_CLOSED = 'EXISTS (SELECT 1 FROM organizations WHERE id = ?1 AND closed_at IS NOT NULL)'

/**
 * For the batch that closes an organization: its apps are deleted with their secrets, and nothing of them names a
 * person any more. Does nothing when nothing was closed.
 */
export function deleteAppsOfStatements(
  db: D1Database,
  organizationId: string,
  now: EpochSeconds,
): D1PreparedStatement[] {
  const ofIt = 'client_id IN (SELECT client_id FROM apps WHERE organization_id = ?1)'
  return [
    statement(
      db,
      `UPDATE apps SET deleted_at = ?2, updated_at = ?2, version = version + 1
        WHERE organization_id = ?1 AND deleted_at IS NULL AND first_party = 0 AND ${IS_CLOSED}`,
      [organizationId, now],
    ),
    statement(db, `UPDATE apps SET contacts = '[]' WHERE organization_id = ? AND contacts <> '[]' AND ${IS_CLOSED}`, [
      organizationId,
    ]),
    statement(db, `UPDATE app_secrets SET deleted_at = ?2 WHERE ${ofIt} AND deleted_at IS NULL AND ${IS_CLOSED}`, [
      organizationId,
      now,
    ]),
    statement(db, `DELETE FROM publisher_checks WHERE ${ofIt} AND ${IS_CLOSED}`, [organizationId]),
  ]
}

const inUseRow = z.object({ clientId: z.string(), clientName: z.string(), people: z.number() })
/** The living apps of an organization, and who is connected to each; a projection that is seconds old. */
export type AppInUse = z.output<typeof inUseRow>

export async function listAppsInUse(db: D1Database, organizationId: string): Promise<AppInUse[]> {
  return all(
    db,
    inUseRow,
    `SELECT apps.client_id AS clientId, apps.client_name AS clientName,
            (SELECT count(DISTINCT account_id) FROM grant_index
              WHERE grant_index.client_id = apps.client_id AND state = 'active') AS people
       FROM apps WHERE organization_id = ? AND deleted_at IS NULL ORDER BY people DESC, client_name, client_id`,
    [organizationId],
  )
}
