import { z } from 'zod'
import type { EpochSeconds } from '../lib/clock.ts'
import { jsonColumn } from '../lib/json-column.ts'
import { reach } from '../lib/storage.ts'
import { APP_RULE, appRuleRow, toAppRule } from './app-rule-store.ts'
import { scopesInEffect } from './in-effect.ts'
import {
  type CatalogueFacts,
  INVENTORY_STATES,
  type InventoryItem,
  type InventoryQuery,
  type InventorySort,
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

/** What was decided, and whether that has ended. */
const STATE = `
  CASE WHEN decision.decision = 'approved' AND decision.expires_at <= ?1 THEN 'ended'
       ELSE coalesce(decision.decision, 'undecided') END`

const SELECT = `
  SELECT reaching.*, app.logo_hash, app.publisher_domain, app.first_party, app.suspended_at, (${STATE}) AS state,
         app.organization_id = organization.id AS own, ${APP_RULE},
         iif(decision.decision = 'approved' AND decision.scope_ceiling IS NOT NULL, decision.considered_scopes, NULL) AS considered_scopes
    FROM organization_apps AS reaching
    JOIN organizations AS organization ON organization.id = reaching.organization_id
    JOIN apps AS app ON app.client_id = reaching.client_id
    LEFT JOIN app_decisions AS decision
      ON decision.organization_id = reaching.organization_id AND decision.client_id = reaching.client_id
   WHERE reaching.organization_id = ?2 AND app.deleted_at IS NULL
     AND (reaching.grants > 0 OR decision.decision IS NOT NULL)`

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
    ...(search ? ['(instr(lower(reaching.client_name), lower(?5)) OR instr(app.publisher_domain, lower(?5)))'] : []),
    ...(state ? [`(${STATE}) = '${state}'`] : []),
    ...(verified === null ? [] : [`app.publisher_domain IS ${verified ? 'NOT NULL' : 'NULL'}`]),
  ]
  const where = conditions.map((condition) => ` AND ${condition}`).join('')
  const statement = db
    .prepare(`${SELECT}${where} AND ?3 IS ?3 AND ?4 IS ?4 AND ?5 IS ?5 ORDER BY ${SORTS[sort].order} LIMIT ?6`)
    .bind(now, organizationId, position?.key ?? null, position?.clientId ?? null, search, limit)
  const [rows, catalogue] = await reach('D1', () => db.batch([statement, catalogueStatement(db)]))
  const facts = toFacts(catalogue?.results)
  return (rows?.results ?? []).map((row) => toItem(row, facts, now))
}

export async function findInventoryItem(
  db: D1Database,
  organizationId: string,
  clientId: string,
  now: EpochSeconds,
): Promise<InventoryItem | undefined> {
  const statement = db.prepare(`${SELECT} AND reaching.client_id = ?3`).bind(now, organizationId, clientId)
  const [rows, catalogue] = await reach('D1', () => db.batch([statement, catalogueStatement(db)]))
  const row = rows?.results[0]
  return row ? toItem(row, toFacts(catalogue?.results), now) : undefined
}

/** Whether an app reaches the organization, was decided on there, or was asked for by a member. */
export async function isKnownTo(db: D1Database, organizationId: string, clientId: string): Promise<boolean> {
  const statement = db
    .prepare(
      `SELECT EXISTS (SELECT 1 FROM organization_apps WHERE organization_id = ?1 AND client_id = ?2 AND grants > 0)
           OR EXISTS (SELECT 1 FROM app_decisions WHERE organization_id = ?1 AND client_id = ?2)
           OR EXISTS (SELECT 1 FROM access_requests WHERE organization_id = ?1 AND client_id = ?2) AS known`,
    )
    .bind(organizationId, clientId)
  return (await reach('D1', () => statement.first<number>('known'))) === 1
}

/** Tens of rows: what each scope is for, and whether its API reports which scopes are used. */
function catalogueStatement(db: D1Database): D1PreparedStatement {
  return db.prepare(
    `SELECT scopes.name, scopes.target, resources.usage_reported_at IS NOT NULL AS reported
       FROM scopes JOIN resources ON resources.identifier = scopes.resource`,
  )
}

const catalogueRow = z.object({ name: z.string(), target: z.enum(['account', 'organization']), reported: z.number() })

function toFacts(unparsed: unknown[] = []): CatalogueFacts {
  const rows = unparsed.map((row) => catalogueRow.parse(row))
  return {
    accountScopes: new Set(rows.filter(({ target }) => target === 'account').map(({ name }) => name)),
    reported: new Set(rows.filter(({ reported }) => reported === 1).map(({ name }) => name)),
  }
}

const itemRow = appRuleRow.extend({
  client_id: z.string(),
  client_name: z.string(),
  logo_hash: z.string().nullable(),
  publisher_domain: z.string().nullable(),
  first_party: z.number(),
  suspended_at: z.number().nullable(),
  state: z.enum(INVENTORY_STATES),
  own: z.number(),
  considered_scopes: jsonColumn(z.array(z.string())).nullable(),
  grants: z.number(),
  people: z.number(),
  scopes: jsonColumn(z.array(z.string())),
  scope_uses: jsonColumn(z.record(z.string(), z.number())),
  first_granted_at: z.number().nullable(),
  last_used_at: z.number(),
})

function toItem(unparsed: unknown, { accountScopes, reported }: CatalogueFacts, now: EpochSeconds): InventoryItem {
  const row = itemRow.parse(unparsed)
  const rule = toAppRule(row)
  const known = row.considered_scopes && [...row.considered_scopes, ...(rule.ceiling ?? [])]
  const uses = {
    uses: row.scope_uses,
    inEffect: row.suspended_at ? [] : scopesInEffect(row.scopes, rule, accountScopes),
  }
  return {
    clientId: row.client_id,
    clientName: row.client_name,
    logoHash: row.logo_hash,
    publisherDomain: row.publisher_domain,
    firstParty: row.first_party === 1,
    own: row.own === 1,
    suspended: row.suspended_at !== null,
    state: row.state,
    refused: rule.refused,
    grants: row.grants,
    people: row.people,
    scopes: scopeUses(row.scopes, uses, reported, now),
    waitingScopes: known ? rule.registered.filter((name) => !accountScopes.has(name) && !known.includes(name)) : [],
    firstGrantedAt: row.first_granted_at,
    lastUsedAt: row.last_used_at || null,
  }
}
