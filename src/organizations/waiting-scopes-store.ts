import { z } from 'zod'
import { jsonColumn } from '../lib/json-column.ts'
import { reach } from '../lib/storage.ts'

/** Scopes that an app registered after an organization approved it within limits, and nobody was told of yet. */
export interface WaitingScopes {
  organizationId: string
  organizationName: string
  slug: string | null
  scopes: readonly string[]
}

const waitingRow = z
  .object({
    organization_id: z.string(),
    name: z.string(),
    slug: z.string().nullable(),
    scopes: jsonColumn(z.array(z.string())),
  })
  .transform(
    (row): WaitingScopes => ({
      organizationId: row.organization_id,
      organizationName: row.name,
      slug: row.slug,
      scopes: row.scopes,
    }),
  )

const WAITING = `
  SELECT scopes.name FROM scopes JOIN apps
    ON scopes.name IN (SELECT value FROM json_each(apps.scopes) UNION SELECT value FROM json_each(apps.optional_scopes))
   WHERE apps.client_id = decision.client_id AND scopes.target = 'organization'
     AND scopes.name NOT IN (SELECT value FROM json_each(decision.scope_ceiling))
     AND scopes.name NOT IN (SELECT value FROM json_each(decision.considered_scopes))
     AND scopes.name NOT IN (SELECT value FROM json_each(decision.told_scopes))`

/** Each is given to one caller, once for each approval, however often the app changes its mind. */
export async function takeWaitingScopes(db: D1Database, clientId: string): Promise<WaitingScopes[]> {
  const list = `
    SELECT decision.organization_id, organizations.name, organizations.slug,
           (SELECT json_group_array(name) FROM (${WAITING})) AS scopes
      FROM app_decisions AS decision JOIN organizations ON organizations.id = decision.organization_id
     WHERE decision.client_id = ?1 AND decision.decision = 'approved' AND decision.scope_ceiling IS NOT NULL
       AND EXISTS (${WAITING})`
  const tell = `
    UPDATE app_decisions AS decision SET told_scopes =
        (SELECT json_group_array(name) FROM (SELECT value AS name FROM json_each(decision.told_scopes) UNION ${WAITING}))
     WHERE client_id = ?1 AND decision = 'approved' AND scope_ceiling IS NOT NULL`
  const [taken] = await reach('D1', () => db.batch([db.prepare(list).bind(clientId), db.prepare(tell).bind(clientId)]))
  return (taken?.results ?? []).map((row) => waitingRow.parse(row))
}
