import { z } from 'zod'
import { camelKeys } from '../lib/case.ts'
import { batch, rowsOf, statement } from '../lib/d1.ts'
import { jsonColumn } from '../lib/json-column.ts'

/** Scopes that an app registered after an organization approved it within limits, and nobody was told of yet. */
export interface WaitingScopes {
  organizationId: string
  organizationName: string
  slug: string | null
  scopes: readonly string[]
}

const waitingRow = camelKeys(
  z.object({
    organization_id: z.string(),
    name: z.string(),
    slug: z.string().nullable(),
    scopes: jsonColumn(z.array(z.string())),
  }),
).transform(({ name, ...waiting }) => ({ ...waiting, organizationName: name }))

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
  const [taken] = await batch(db, [statement(db, list, [clientId]), statement(db, tell, [clientId])])
  return rowsOf(waitingRow, taken)
}
