import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { answerConsent } from '../support/integration.ts'
import { ringAuthority } from '../support/workers/authority-alarm.ts'
import { changeByHand } from '../support/workers/by-hand.ts'
import { connect, refreshWith } from '../support/workers/connect.ts'
import { Developer } from '../support/workers/developer.ts'
import { rows } from '../support/workers/rows.ts'
import { createWorld, introspectAsApi, PUBLIC_SETTINGS, SETTINGS, type World } from '../support/workers/world.ts'

// A row written costs more than a request: docs/scale.md prices these counts, index entries among them.

async function ledgerOf({ app }: World) {
  const accountId = await env.DB.prepare('SELECT account_id FROM members WHERE organization_id = ?')
    .bind(app.organizationId)
    .first<string>('account_id')
  return env.GRANT_LEDGER.get(env.GRANT_LEDGER.idFromName(accountId ?? ''))
}

/** What follows an answer. */
async function deliver(world: World): Promise<void> {
  await runDurableObjectAlarm(await ledgerOf(world))
}

const NOTHING = { objects: {}, D1: 0, KV: 0 }

describe.each([
  ['a public client', PUBLIC_SETTINGS],
  ['a confidential client', SETTINGS],
])('the rows that %s costs', (_name, settings) => {
  let world: World
  beforeAll(async () => {
    world = await createWorld(settings)
    // Facts, the first key, and the first use of the secret are written once.
    const { access_token: accessToken } = await connect(world.browser, world.integration)
    await introspectAsApi(accessToken)
    await deliver(world)
    await ringAuthority()
  })

  it('are those of one consent, its exchange, and what follows', async () => {
    const { browser, integration } = world
    const authorization = await integration.begin({ prompt: 'consent' })
    let location: string | null = null
    const consented = await rows.watch(async () => {
      const page = await browser.get(authorization.path)
      location = (await answerConsent(browser, page)).location
    })
    // One of the ledger's is the alarm of the delivery. Those of OneTime are four and what an object of the pool, of which
    // each is used for the first time some day, writes then.
    const { OneTime, GrantLedger } = consented.objects
    expect({ ...consented, objects: { GrantLedger } }).toEqual({ objects: { GrantLedger: 5 }, D1: 0, KV: 0 })
    expect(OneTime).toBeGreaterThanOrEqual(4)
    const exchanged = await rows.watch(() => integration.finish(location ?? '', authorization))
    expect(exchanged).toEqual({ objects: { GrantLedger: 4 }, D1: 0, KV: 0 })
    expect(await rows.watch(() => deliver(world))).toEqual({ objects: { GrantLedger: 3 }, D1: 25, KV: 2 })
  })

  it('are none for an introspection', async () => {
    const { access_token: accessToken } = await connect(world.browser, world.integration)
    await introspectAsApi(accessToken)
    expect(await rows.watch(() => introspectAsApi(accessToken))).toEqual(NOTHING)
  })
})

it('costs a public client two rows to refresh, and two for the hash until it is forgotten', async () => {
  const world = await createWorld(PUBLIC_SETTINGS)
  const { refresh_token: first } = await connect(world.browser, world.integration)
  const { refresh_token: second = '' } = await refreshWith(first, world.app)
  const refreshed = await rows.watch(() => refreshWith(second, world.app))
  expect(refreshed).toEqual({ objects: { GrantLedger: 2 }, D1: 0, KV: 0 })
  const [unsealed, forgotten] = await runInDurableObject(await ledgerOf(world), (_object, { storage: { sql } }) => [
    sql.exec('UPDATE spent_refresh_tokens SET enclosed_successor = NULL').rowsWritten,
    sql.exec('DELETE FROM spent_refresh_tokens').rowsWritten,
  ])
  // Of two tokens.
  expect([unsealed, forgotten]).toEqual([2, 2])
})

it('costs a confidential client nothing to refresh', async () => {
  const world = await createWorld(SETTINGS)
  const { refresh_token: refreshToken } = await connect(world.browser, world.integration)
  await refreshWith(refreshToken, world.app)
  expect(await rows.watch(() => refreshWith(refreshToken, world.app))).toEqual(NOTHING)
})

it('costs a decision ten rows for each grant that it ends, as before revisions, and one revision', async () => {
  const owner = await Developer.signIn()
  const organizationId = await owner.join('owner')
  const { app } = await createWorld(SETTINGS)
  await changeByHand("UPDATE apps SET visibility = 'public' WHERE client_id = ?", app.clientId)
  const grants = 1000
  await env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?4)
     INSERT INTO token_statuses (grant_id, account_id, client_id, organizations, scopes, version, consented_after)
     SELECT 'grant_' || ?1 || i, ?3, ?2, json_array(?1), '["projects:read"]', 1, count FROM n, access_removals`,
  )
    .bind(organizationId, app.clientId, owner.accountId, grants)
    .run()
  const newest = () => env.DB.prepare('SELECT max(revision) AS at FROM changes').first<number>('at')
  const before = await newest()

  const decision = `/api/v1/organizations/${organizationId}/decisions/${app.clientId}`
  const written = await rows.watch(async () => {
    expect((await owner.call('PUT', decision, { decision: 'blocked' })).status).toBe(200)
  })

  expect(written.D1).toBeGreaterThan(9 * grants) // control: it ended them
  expect(written.D1).toBeLessThanOrEqual(10 * grants + 40)
  const raised = await env.DB.prepare('SELECT subject FROM changes WHERE revision > ?').bind(before).all()
  expect(raised.results).toEqual([{ subject: `decision:${organizationId}/${app.clientId}` }])
})
