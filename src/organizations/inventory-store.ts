import { z } from 'zod'
import type { EpochSeconds } from '../lib/clock.ts'
import { jsonColumn } from '../lib/json-column.ts'
import { reach } from '../lib/storage.ts'
import { isRefused } from '../revocation/cut-offs-store.ts'
import {
  type InventoryItem,
  type InventoryQuery,
  type InventorySort,
  type InventoryState,
  scopeUses,
} from './inventory.ts'

/** Each in an order that one index has, forwards or backwards: a page reads what it shows. */
const SORTS: Record<InventorySort, { order: string; after: string }> = {
  name: {
    order: 'reaching.client_name, reaching.client_id',
    after: '(reaching.client_name, reaching.client_id) > (?3, ?4)',
  },
  '-name': {
    order: 'reaching.client_name DESC, reaching.client_id DESC',
    after: '(reaching.client_name, reaching.client_id) < (?3, ?4)',
  },
  people: { order: 'reaching.people, reaching.client_id DESC', after: after('people', '>', '<') },
  '-people': { order: 'reaching.people DESC, reaching.client_id', after: after('people', '<', '>') },
  last_used: { order: 'reaching.last_used_at, reaching.client_id DESC', after: after('last_used_at', '>', '<') },
  '-last_used': { order: 'reaching.last_used_at DESC, reaching.client_id', after: after('last_used_at', '<', '>') },
}

function after(column: string, beyond: string, tie: string): string {
  return `(reaching.${column} ${beyond} ?3 OR (reaching.${column} = ?3 AND reaching.client_id ${tie} ?4))`
}

const LIVING = 'iif(decision.expires_at IS NULL OR decision.expires_at > ?1, decision.decision, NULL)'

const SELECT = `
  SELECT reaching.*, app.logo_hash, app.publisher_domain, app.first_party, app.suspended_at, ${LIVING} AS living_decision,
         (${isRefused('(SELECT policy FROM organizations WHERE id = ?2)')}) AS refused
    FROM organization_apps AS reaching
    JOIN apps AS app ON app.client_id = reaching.client_id
    LEFT JOIN app_decisions AS decision
      ON decision.organization_id = reaching.organization_id AND decision.client_id = reaching.client_id
   WHERE reaching.organization_id = ?2 AND app.deleted_at IS NULL
     AND (reaching.grants > 0 OR decision.decision IS NOT NULL)`

const STATE: Record<InventoryState, string> = {
  approved: `${LIVING} = 'approved'`,
  blocked: `${LIVING} = 'blocked'`,
  undecided: `${LIVING} IS NULL`,
}

/** One page: two queries, whatever the number of grants. */
export async function listInventory(
  db: D1Database,
  organizationId: string,
  query: InventoryQuery,
  now: EpochSeconds,
): Promise<InventoryItem[]> {
  const { sort, search, state, verified, after: position, limit } = query
  const conditions = [
    ...(position ? [SORTS[sort].after] : []),
    ...(search ? [`(reaching.client_name LIKE ?5 ESCAPE '\\' OR app.publisher_domain LIKE ?5 ESCAPE '\\')`] : []),
    ...(state ? [STATE[state]] : []),
    ...(verified === null ? [] : [`app.publisher_domain IS ${verified ? 'NOT NULL' : 'NULL'}`]),
  ]
  const where = conditions.map((condition) => ` AND ${condition}`).join('')
  const statement = db
    .prepare(`${SELECT}${where} AND ?3 IS ?3 AND ?4 IS ?4 AND ?5 IS ?5 ORDER BY ${SORTS[sort].order} LIMIT ?6`)
    .bind(now, organizationId, position?.key ?? null, position?.clientId ?? null, pattern(search), limit)
  const [rows, reported] = await reach('D1', () => db.batch([statement, reportedScopesStatement(db)]))
  const names = reportedNames(reported?.results)
  return (rows?.results ?? []).map((row) => toItem(row, names, now))
}

export async function findInventoryItem(
  db: D1Database,
  organizationId: string,
  clientId: string,
  now: EpochSeconds,
): Promise<InventoryItem | undefined> {
  const statement = db.prepare(`${SELECT} AND reaching.client_id = ?3`).bind(now, organizationId, clientId)
  const [rows, reported] = await reach('D1', () => db.batch([statement, reportedScopesStatement(db)]))
  const row = rows?.results[0]
  return row ? toItem(row, reportedNames(reported?.results), now) : undefined
}

/** Of APIs that report which scopes are used. */
function reportedScopesStatement(db: D1Database): D1PreparedStatement {
  return db.prepare(
    `SELECT scopes.name FROM resources JOIN scopes ON scopes.resource = resources.identifier
      WHERE resources.usage_reported_at IS NOT NULL`,
  )
}

const reportedRow = z.object({ name: z.string() })

function reportedNames(rows: unknown[] = []): ReadonlySet<string> {
  return new Set(rows.map((row) => reportedRow.parse(row).name))
}

function pattern(search: string | null): string | null {
  return search && `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`
}

const itemRow = z.object({
  client_id: z.string(),
  client_name: z.string(),
  logo_hash: z.string().nullable(),
  publisher_domain: z.string().nullable(),
  first_party: z.number(),
  suspended_at: z.number().nullable(),
  living_decision: z.enum(['approved', 'blocked']).nullable(),
  refused: z.number(),
  grants: z.number(),
  people: z.number(),
  scopes: jsonColumn(z.array(z.string())),
  scope_uses: jsonColumn(z.record(z.string(), z.number())),
  first_granted_at: z.number().nullable(),
  last_used_at: z.number(),
})

function toItem(unparsed: unknown, reported: ReadonlySet<string>, now: EpochSeconds): InventoryItem {
  const row = itemRow.parse(unparsed)
  return {
    clientId: row.client_id,
    clientName: row.client_name,
    logoHash: row.logo_hash,
    publisherDomain: row.publisher_domain,
    firstParty: row.first_party === 1,
    suspended: row.suspended_at !== null,
    state: row.living_decision ?? 'undecided',
    refused: row.refused === 1,
    grants: row.grants,
    people: row.people,
    scopes: scopeUses(row.scopes, row.scope_uses, reported, now),
    firstGrantedAt: row.first_granted_at,
    lastUsedAt: row.last_used_at || null,
  }
}
