import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { decodeJwt } from 'jose'
import { afterEach, beforeAll, expect, it } from 'vitest'
import { connect, refreshWith } from '../support/workers/connect.ts'
import { faults } from '../support/workers/faults.ts'
import { takeConsoleErrors } from '../support/workers/setup.ts'
import { createWorld, introspectAsApi, type World } from '../support/workers/world.ts'

const MAX_BACKOFF_MS = 5 * 60_000

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterEach(() => faults.end())

/** A grant, where its views belong, and the object that has to bring them there. */
async function newGrant() {
  const tokens = await connect(world.browser, world.integration)
  const { sub: accountId = '', grant_id: grantId } = decodeJwt<{ grant_id: string }>(tokens.access_token)
  return {
    tokens,
    accountId,
    grantId,
    keys: [
      `grant:${accountId}:${grantId}`,
      `org-grant:${world.app.organizationId}:${world.app.clientId}:${accountId}:${grantId}`,
    ],
    ledger: env.GRANT_LEDGER.get(env.GRANT_LEDGER.idFromName(accountId)),
  }
}
type NewGrant = Awaited<ReturnType<typeof newGrant>>

function listKeys({ grantId }: NewGrant): Promise<string[]> {
  return env.GRANTS.list().then(({ keys }) => keys.map((key) => key.name).filter((name) => name.endsWith(grantId)))
}

async function listIndexRows({ grantId }: NewGrant) {
  const statement = env.DB.prepare('SELECT state, version FROM grant_index WHERE grant_id = ?').bind(grantId)
  return (await statement.all<{ state: string; version: number }>()).results
}

async function listEvents({ grantId }: NewGrant): Promise<string[]> {
  const statement = env.DB.prepare('SELECT event FROM audit_events WHERE grant_id = ? ORDER BY event').bind(grantId)
  return (await statement.all<{ event: string }>()).results.map((row) => row.event)
}

function waitingEntries({ ledger }: NewGrant): Promise<number> {
  return runInDurableObject(ledger, (_object, { storage }) =>
    Number(storage.sql.exec('SELECT count(*) AS size FROM outbox').one().size),
  )
}

function alarmDelay({ ledger }: NewGrant): Promise<number> {
  return runInDurableObject(ledger, async (_object, { storage }) => ((await storage.getAlarm()) ?? NaN) - Date.now())
}

/** Each alarm that failed said so. */
function endFault(): void {
  faults.end()
  expect(takeConsoleErrors().length).toBeGreaterThan(0)
}

it('delivers each view and event once, and none of it before the answer', async () => {
  const grant = await newGrant()
  expect(await waitingEntries(grant)).toBeGreaterThan(0)

  await runDurableObjectAlarm(grant.ledger)

  expect(await listKeys(grant)).toEqual(grant.keys)
  expect(await listIndexRows(grant)).toEqual([{ state: 'active', version: 2 }])
  expect(await listEvents(grant)).toEqual(['consent.granted'])
  expect(await waitingEntries(grant)).toBe(0)
})

it.each(['refuse', 'lose_answer'] as const)('delivers after KV recovered, when it used to %s', async (manner) => {
  faults.inject({ store: 'KV', manner, alarms: true })
  const grant = await newGrant()
  await runDurableObjectAlarm(grant.ledger)
  expect(await waitingEntries(grant)).toBeGreaterThan(0)
  expect(await introspectAsApi(grant.tokens.access_token)).toMatchObject({ active: true })
  endFault()

  await runDurableObjectAlarm(grant.ledger)

  expect(await listKeys(grant)).toEqual(grant.keys)
  expect(await listIndexRows(grant)).toEqual([{ state: 'active', version: 2 }])
  expect(await listEvents(grant)).toEqual(['consent.granted'])
  expect(await waitingEntries(grant)).toBe(0)
})

it.each(['refuse', 'lose_answer'] as const)('delivers once after D1 recovered, when it used to %s', async (manner) => {
  faults.inject({ store: 'D1', place: 'GrantLedger', method: 'batch', manner, alarms: true })
  const grant = await newGrant()
  for (let attempt = 0; attempt < 3; attempt++) await runDurableObjectAlarm(grant.ledger)
  expect(await listKeys(grant)).toEqual([])
  endFault()

  await runDurableObjectAlarm(grant.ledger)

  expect(await listKeys(grant)).toEqual(grant.keys)
  expect(await listIndexRows(grant)).toEqual([{ state: 'active', version: 2 }])
  expect(await listEvents(grant)).toEqual(['consent.granted'])
})

it('waits longer after each failure, and five minutes at most', async () => {
  faults.inject({ store: 'KV', alarms: true })
  const grant = await newGrant()
  const delays: number[] = []
  for (let attempt = 0; attempt < 12; attempt++) {
    await runDurableObjectAlarm(grant.ledger)
    delays.push(await alarmDelay(grant))
  }
  endFault()

  expect(delays[0]).toBeGreaterThan(0)
  expect(delays[4]).toBeGreaterThan(8 * (delays[0] ?? NaN))
  expect(delays.at(-1)).toBeGreaterThan(MAX_BACKOFF_MS - 5000)
  expect(Math.max(...delays)).toBeLessThanOrEqual(MAX_BACKOFF_MS)

  await runDurableObjectAlarm(grant.ledger)
  expect(await listKeys(grant)).toEqual(grant.keys)
})

it('takes the views of a revoked grant away, also when KV failed at first', async () => {
  const grant = await newGrant()
  await runDurableObjectAlarm(grant.ledger)
  expect(await listKeys(grant)).toEqual(grant.keys) // control

  faults.inject({ store: 'KV', alarms: true })
  await world.integration.revoke(grant.tokens.refresh_token)
  await runDurableObjectAlarm(grant.ledger)
  expect(await listKeys(grant)).toEqual(grant.keys)
  // The views are behind, and decide nothing.
  expect(await introspectAsApi(grant.tokens.access_token)).toEqual({ active: false })
  endFault()

  await runDurableObjectAlarm(grant.ledger)
  expect(await listKeys(grant)).toEqual([])
  expect(await listIndexRows(grant)).toEqual([{ state: 'revoked', version: 3 }])
  expect(await listEvents(grant)).toEqual(['consent.granted', 'grant.revoked'])
})

it('sets its alarm again at the next request when it was lost', async () => {
  const grant = await newGrant()
  await runInDurableObject(grant.ledger, (_object, { storage }) => storage.deleteAlarm())
  await evictDurableObject(grant.ledger)
  expect(await listKeys(grant)).toEqual([])

  expect(await refreshWith(grant.tokens.refresh_token, world.app)).toMatchObject({ status: 200 })

  await expect.poll(() => listKeys(grant), { timeout: 5000 }).toEqual(grant.keys)
})
