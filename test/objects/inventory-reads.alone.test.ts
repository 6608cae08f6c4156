import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { INVENTORY_SORTS, type InventoryQuery, positionOf } from '../../src/organizations/inventory.ts'
import { listInventory } from '../../src/organizations/inventory-store.ts'
import { changeByHand } from '../support/workers/by-hand.ts'

const GRANTS = 10_000
const APPS = 40
const PEOPLE = 2000
const NOW = 1_800_000_000
const FIRST_PAGE = { sort: '-people', search: null, state: null, verified: null, after: null, limit: 21 } as const

/** Counts what D1 says that it read. */
function watched(db: D1Database) {
  const read = { queries: 0, rows: 0 }
  const counting = {
    prepare: (sql: string) => db.prepare(sql),
    async batch(statements: D1PreparedStatement[]) {
      const results = await db.batch(statements)
      read.queries += statements.length
      read.rows += results.reduce((sum, { meta }) => sum + meta.rows_read, 0)
      return results
    },
  } as D1Database
  return { counting, read }
}

beforeAll(async () => {
  await env.DB.prepare("INSERT INTO organizations (id, name, created_at) VALUES ('org_big', 'Big', 1)").run()
  const app = env.DB.prepare(
    `INSERT INTO apps (client_id, organization_id, client_name, redirect_uris, grant_types, token_endpoint_auth_method,
       scopes, optional_scopes, publisher_domain, created_at, updated_at)
     SELECT 'app_' || value, 'org_operators', 'App ' || (value % 7) || ' of ' || value, '[]', '[]', 'none', '[]', '[]',
            iif(value % 2, 'publisher' || value || '.example', NULL), 1, 1
       FROM (WITH RECURSIVE n(value) AS (SELECT 0 UNION ALL SELECT value + 1 FROM n WHERE value < ?) SELECT value FROM n)`,
  )
  const grants = env.DB.prepare(
    `INSERT INTO organization_grants
     SELECT 'org_big', 'app_' || min(value % ${APPS}, value % 97), 'acc_' || (value % ${PEOPLE}),
            'grant_' || value, '["apps:read"]', ${NOW}, ${NOW} - value % 1000
       FROM (WITH RECURSIVE n(value) AS (SELECT 0 UNION ALL SELECT value + 1 FROM n WHERE value < ${GRANTS - 1}) SELECT value FROM n)`,
  )
  await env.DB.batch([app.bind(APPS - 1), grants])
  await changeByHand(`INSERT INTO app_decisions (organization_id, client_id, decision, decided_by, decided_at)
     SELECT 'org_big', client_id, iif(client_id > 'app_2', 'approved', 'blocked'), 'acc_1', 1 FROM organization_apps`)
})

describe(`the inventory of ${GRANTS} grants`, () => {
  it.each(INVENTORY_SORTS)('shows its first page by %s with two queries and at most 100 rows', async (sort) => {
    const { counting, read } = watched(env.DB)
    const items = await listInventory(counting, 'org_big', { ...FIRST_PAGE, sort, limit: 21 }, NOW)
    expect(items).toHaveLength(21)
    expect(read.queries).toBe(2)
    expect(read.rows).toBeLessThanOrEqual(100)
  })

  it.each(INVENTORY_SORTS)('is whole by %s, page after page, in order', async (sort) => {
    const all = await listInventory(env.DB, 'org_big', { ...FIRST_PAGE, sort, limit: 1000 }, NOW)
    expect(all).toHaveLength(APPS)
    const paged: typeof all = []
    for (;;) {
      const last = paged.at(-1)
      const query: InventoryQuery = { ...FIRST_PAGE, sort, limit: 7, after: last ? positionOf(last, sort) : null }
      const page = await listInventory(env.DB, 'org_big', query, NOW)
      if (page.length === 0) break
      paged.push(...page)
    }
    expect(paged).toEqual(all)
    const keys = all.map((item) => positionOf(item, sort).key)
    const ascending = [...keys].sort((a, b) => (typeof a === 'number' ? a - Number(b) : a.localeCompare(String(b))))
    expect(keys).toEqual(sort.startsWith('-') ? ascending.reverse() : ascending)
  })

  it('counts every grant and person', async () => {
    const all = await listInventory(env.DB, 'org_big', { ...FIRST_PAGE, limit: 1000 }, NOW)
    expect(all.reduce((sum, { grants }) => sum + grants, 0)).toBe(GRANTS)
    const sql = 'SELECT count(DISTINCT account_id) AS people FROM organization_grants WHERE client_id = ?'
    const people = await env.DB.prepare(sql).bind(all[0]?.clientId).first('people')
    expect(all[0]?.people).toBe(people)
  })

  it.each([
    [{ search: 'APP 3' }, (name: string) => name.startsWith('App 3')],
    [{ search: 'publisher11.example' }, (name: string) => name.endsWith('of 11')],
    [{ search: '%' }, () => false],
    [{ verified: true }, (name: string) => Number(name.split(' ').at(-1)) % 2 === 1],
    [{ state: 'undecided' as const }, () => false],
  ])('finds by %j', async (filter, matches) => {
    const query = { ...FIRST_PAGE, ...filter, limit: 1000 }
    const found = (await listInventory(env.DB, 'org_big', query, NOW)).map(({ clientName }) => clientName)
    const all = (await listInventory(env.DB, 'org_big', { ...FIRST_PAGE, limit: 1000 }, NOW)).map((i) => i.clientName)
    expect(found.sort()).toEqual(all.filter(matches).sort())
  })
})
