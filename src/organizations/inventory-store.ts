import { z } from 'zod'
import { camelKeys } from '../lib/case.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { batch, type Condition, conditions, first, rowsOf, statement } from '../lib/d1.ts'
import { flagColumn } from '../lib/flag-column.ts'
import { jsonColumn } from '../lib/json-column.ts'
import { APP_RULE, appRuleRow, toAppRule } from './app-rule-store.ts'
import { scopesInEffect } from './in-effect.ts'
import {
  type CatalogueFacts,
  INVENTORY_STATES,
  type InventoryItem,
  type InventoryPosition,
  type InventoryQuery,
  type InventorySort,
  scopeUses,
} from './inventory.ts'

interface Sort {
  order: string
  after: (position: InventoryPosition) => Condition
}

/** Each in an order that one index has, forwards or backwards: a page reads what it shows. */
const SORTS: Record<InventorySort, Sort> = {
  name: { order: 'reaching.client_name, reaching.client_id', after: afterName('>') },
  '-name': { order: 'reaching.client_name DESC, reaching.client_id DESC', after: afterName('<') },
  people: { order: 'reaching.people, reaching.client_id DESC', after: after('people', '>', '<') },
  '-people': { order: 'reaching.people DESC, reaching.client_id', after: after('people', '<', '>') },
  last_used: { order: 'reaching.last_used_at, reaching.client_id DESC', after: after('last_used_at', '>', '<') },
  '-last_used': { order: 'reaching.last_used_at DESC, reaching.client_id', after: after('last_used_at', '<', '>') },
}

function afterName(beyond: string): Sort['after'] {
  return ({ key, clientId }) => [`(reaching.client_name, reaching.client_id) ${beyond} (?, ?)`, key, clientId]
}

function after(column: string, beyond: string, tie: string): Sort['after'] {
  const sql = `reaching.${column} ${beyond} ? OR (reaching.${column} = ? AND reaching.client_id ${tie} ?)`
  return ({ key, clientId }) => [sql, key, key, clientId]
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

const MENTIONS = 'instr(lower(reaching.client_name), lower(?)) OR instr(app.publisher_domain, lower(?))'

/** One page: two queries, whatever the number of grants. */
export async function listInventory(
  db: D1Database,
  organizationId: string,
  query: InventoryQuery,
  now: EpochSeconds,
): Promise<InventoryItem[]> {
  const { sort, search, state, verified, after: position, limit } = query
  const where = conditions(
    position && SORTS[sort].after(position),
    search && [MENTIONS, search, search],
    state && [`(${STATE}) = ?`, state],
    verified !== null && [`app.publisher_domain IS ${verified ? 'NOT NULL' : 'NULL'}`],
  )
  const sql = `${SELECT} AND ${where.sql} ORDER BY ${SORTS[sort].order} LIMIT ?`
  const [found, catalogue] = await batch(db, [
    statement(db, sql, [now, organizationId, ...where.values, limit]),
    statement(db, CATALOGUE),
  ])
  const facts = toFacts(catalogue)
  return rowsOf(itemRow, found).map((row) => toItem(row, facts, now))
}

export async function findInventoryItem(
  db: D1Database,
  organizationId: string,
  clientId: string,
  now: EpochSeconds,
): Promise<InventoryItem | undefined> {
  const [found, catalogue] = await batch(db, [
    statement(db, `${SELECT} AND reaching.client_id = ?3`, [now, organizationId, clientId]),
    statement(db, CATALOGUE),
  ])
  const [row] = rowsOf(itemRow, found)
  return row && toItem(row, toFacts(catalogue), now)
}

const knownRow = z.object({ known: flagColumn })

/** Whether an app reaches the organization, was decided on there, or was asked for by a member. */
export async function isKnownTo(db: D1Database, organizationId: string, clientId: string): Promise<boolean> {
  const found = await first(
    db,
    knownRow,
    `SELECT EXISTS (SELECT 1 FROM organization_apps WHERE organization_id = ?1 AND client_id = ?2 AND grants > 0)
         OR EXISTS (SELECT 1 FROM app_decisions WHERE organization_id = ?1 AND client_id = ?2)
         OR EXISTS (SELECT 1 FROM access_requests WHERE organization_id = ?1 AND client_id = ?2) AS known`,
    [organizationId, clientId],
  )
  return found?.known === true
}

/** Tens of rows: what each scope is for, and whether its API reports which scopes are used. */
const CATALOGUE = `
  SELECT scopes.name, scopes.target, resources.usage_reported_at IS NOT NULL AS reported
    FROM scopes JOIN resources ON resources.identifier = scopes.resource`

const catalogueRow = z.object({ name: z.string(), target: z.enum(['account', 'organization']), reported: flagColumn })

function toFacts(catalogue: D1Result): CatalogueFacts {
  const rows = rowsOf(catalogueRow, catalogue)
  return {
    accountScopes: new Set(rows.filter(({ target }) => target === 'account').map(({ name }) => name)),
    reported: new Set(rows.filter(({ reported }) => reported).map(({ name }) => name)),
  }
}

const itemRow = camelKeys(
  appRuleRow.extend({
    client_id: z.string(),
    client_name: z.string(),
    logo_hash: z.string().nullable(),
    publisher_domain: z.string().nullable(),
    first_party: flagColumn,
    suspended_at: z.number().nullable(),
    state: z.enum(INVENTORY_STATES),
    own: flagColumn,
    considered_scopes: jsonColumn(z.array(z.string())).nullable(),
    grants: z.number(),
    people: z.number(),
    scopes: jsonColumn(z.array(z.string())),
    scope_uses: jsonColumn(z.record(z.string(), z.number())),
    first_granted_at: z.number().nullable(),
    last_used_at: z.number(),
  }),
)

function toItem(
  row: z.output<typeof itemRow>,
  { accountScopes, reported }: CatalogueFacts,
  now: EpochSeconds,
): InventoryItem {
  const rule = toAppRule(row)
  const known = row.consideredScopes && [...row.consideredScopes, ...(rule.ceiling ?? [])]
  const suspended = row.suspendedAt !== null
  const uses = { uses: row.scopeUses, inEffect: suspended ? [] : scopesInEffect(row.scopes, rule, accountScopes) }
  return {
    ...row,
    suspended,
    scopes: scopeUses(row.scopes, uses, reported, now),
    waitingScopes: known ? rule.registered.filter((name) => !accountScopes.has(name) && !known.includes(name)) : [],
    lastUsedAt: row.lastUsedAt || null,
  }
}
