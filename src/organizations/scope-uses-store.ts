import type { EpochSeconds } from '../lib/clock.ts'
import { batch, statement } from '../lib/d1.ts'

/** That an app used a scope for an organization, as the API saw it. */
export interface ReportedUse {
  client_id: string
  organization_id: string
  scope: string
  last_used_at: EpochSeconds
}

/**
 * Writes what an API reported, in one statement: only scopes of its own, never a time to come, never an earlier time
 * over a later one. Apps that do not reach the organization are passed over.
 */
export async function writeReportedUses(
  db: D1Database,
  introspectionId: string,
  uses: readonly ReportedUse[],
  now: EpochSeconds,
): Promise<void> {
  const reported = JSON.stringify(uses)
  await batch(db, [
    statement(db, 'UPDATE resources SET usage_reported_at = ?2 WHERE introspection_id = ?1', [introspectionId, now]),
    statement(db, MERGE, [introspectionId, now, reported]),
  ])
}

const REPORTED = `
  SELECT json_extract(value, '$.organization_id') AS organization_id, json_extract(value, '$.client_id') AS client_id,
         json_extract(value, '$.scope') AS scope, min(json_extract(value, '$.last_used_at'), ?2) AS at
    FROM json_each(?3)`

const MERGE = `
  UPDATE organization_apps SET scope_uses = (
    SELECT json_group_object(scope, at) FROM (
      SELECT scope, max(at) AS at FROM (
        SELECT key AS scope, value AS at FROM json_each(organization_apps.scope_uses)
        UNION ALL
        SELECT scope, at FROM (${REPORTED}) AS reported
         WHERE reported.organization_id = organization_apps.organization_id
           AND reported.client_id = organization_apps.client_id
           AND scope IN (SELECT scopes.name FROM scopes JOIN resources ON resources.identifier = scopes.resource
                          WHERE resources.introspection_id = ?1))
      GROUP BY scope))
   WHERE (organization_id, client_id) IN (SELECT organization_id, client_id FROM (${REPORTED}))`
