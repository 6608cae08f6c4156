import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { authorityStub } from '../../src/authority/authority-stub.ts'
import type { Store } from '../../src/lib/storage.ts'
import { answerConsent } from '../support/integration.ts'
import { changeByHand } from '../support/workers/by-hand.ts'
import { connect, exchangeWith, obtainCode, refreshWith } from '../support/workers/connect.ts'
import { faults, type Operation } from '../support/workers/faults.ts'
import { advance } from '../support/workers/time.ts'
import {
  createWorld,
  ISSUER,
  introspectAsApi,
  PUBLIC_SETTINGS,
  SETTINGS,
  transport,
  type World,
} from '../support/workers/world.ts'

// On the edge these counts are the latency and the bill. What alarms do, nobody waits for.

interface Counts {
  D1: number
  KV: number
  objects: string[]
}

function count(operations: Operation[]): Counts {
  const counted = operations.filter(({ byAlarm }) => !byAlarm)
  const of = (store: Store) => counted.filter((operation) => operation.store === store).length
  const calls = counted.filter(({ store }) => store !== 'D1' && store !== 'KV')
  return { D1: of('D1'), KV: of('KV'), objects: calls.map(({ store, method }) => `${store}.${method}`) }
}

async function countOf(work: () => Promise<unknown>): Promise<Counts> {
  return count((await faults.watch(work)).operations)
}

// What is asked because time passes is asked at most once in two and a half seconds: here, no time passes.
beforeEach(() => advance(0))
afterEach(() => faults.end())

describe.each([
  ['a public client', PUBLIC_SETTINGS],
  ['a confidential client', SETTINGS],
])('the requests of %s', (_name, settings) => {
  let world: World
  beforeAll(async () => {
    world = await createWorld(settings)
    // The first key and the first use of the secret are made once.
    await connect(world.browser, world.integration)
  })

  it('exchange a code with one ledger call and one of the authority, and no database', async () => {
    const obtained = await obtainCode(world.browser, world.integration)
    const { answer, operations } = await faults.watch(() => exchangeWith(obtained, world.app))
    expect(answer.status).toBe(200)
    expect(count(operations)).toEqual({ D1: 0, KV: 0, objects: ['GrantLedger.redeem', 'Authority.issueIfAllowed'] })
  })

  it('refresh with one ledger call and one of the authority, and no database', async () => {
    const tokens = await connect(world.browser, world.integration)
    const { answer, operations } = await faults.watch(() => refreshWith(tokens.refresh_token, world.app))
    expect(answer.status).toBe(200)
    expect(count(operations)).toEqual({ D1: 0, KV: 0, objects: ['GrantLedger.refresh', 'Authority.issueIfAllowed'] })
  })

  it('repeat a refresh at the same cost', async () => {
    const tokens = await connect(world.browser, world.integration)
    await refreshWith(tokens.refresh_token, world.app)
    const { answer, operations } = await faults.watch(() => refreshWith(tokens.refresh_token, world.app))
    expect(answer.status).toBe(200)
    expect(count(operations)).toEqual({ D1: 0, KV: 0, objects: ['GrantLedger.refresh', 'Authority.issueIfAllowed'] })
  })

  it('are refused before any ledger is called when the credential cannot be ours', async () => {
    const { answer, operations } = await faults.watch(() => refreshWith('pst_rt_made_up', world.app))
    expect(answer.status).toBe(400)
    // Whether the app is known, and the note for the developer, which the answer does not wait for.
    expect(count(operations)).toMatchObject({ KV: 0, objects: ['Authority.read'] })
  })

  it('introspect with one call of a ledger and one of an authority, and no database', async () => {
    const { access_token: accessToken } = await connect(world.browser, world.integration)
    await introspectAsApi(accessToken)
    const { answer, operations } = await faults.watch(() => introspectAsApi(accessToken))
    expect(answer).toMatchObject({ active: true })
    const objects = ['Authority.read', 'GrantLedger.inspectAccessToken']
    expect(count(operations)).toEqual({ D1: 0, KV: 0, objects })
  })

  it('revoke a refresh token with one ledger call, and one for its secret', async () => {
    const tokens = await connect(world.browser, world.integration)
    await world.integration.revoke((await connect(world.browser, world.integration)).refresh_token)
    const counts = await countOf(() => world.integration.revoke(tokens.refresh_token))
    const authentication = world.app.clientSecret ? ['Authority.read'] : []
    expect(counts).toEqual({ D1: 0, KV: 0, objects: [...authentication, 'GrantLedger.revokeRefreshToken'] })
    expect(await introspectAsApi(tokens.access_token)).toEqual({ active: false })
  })

  it('revoke an access token with its key, and one ledger call', async () => {
    const tokens = await connect(world.browser, world.integration)
    await introspectAsApi(tokens.access_token)
    const counts = await countOf(() => world.integration.revoke(tokens.access_token))
    const authentication = world.app.clientSecret ? ['Authority.read'] : []
    expect(counts).toEqual({
      D1: 0,
      KV: 0,
      objects: [...authentication, 'Authority.read', 'GrantLedger.revokeAccessToken'],
    })
    expect(await introspectAsApi(tokens.access_token)).toEqual({ active: false })
  })
})

describe('the pages of one authorization', () => {
  // One of the reads is for an app without a verified publisher: whether it had one.
  // One of the answer's is the ledger's, for the index of the grant's tokens in a status list.
  it('cost five reads to show, and four to answer', async () => {
    const { browser, integration } = await createWorld()
    const { path } = await integration.begin({ prompt: 'consent' })
    const shown = await faults.watch(() => browser.get(path))
    expect(count(shown.operations)).toEqual({ D1: 5, KV: 0, objects: ['OneTime.put'] })

    const answered = await faults.watch(() => answerConsent(browser, shown.answer))
    expect(answered.answer.location).toContain('code=')
    expect(count(answered.operations)).toEqual({
      D1: 4,
      KV: 0,
      // The first and the last make it one answer, however often it is sent (docs/decisions/015-one-decision-one-answer.md).
      objects: ['OneTime.claimAnswer', 'OneTime.peek', 'OneTime.take', 'GrantLedger.authorize', 'OneTime.settleAnswer'],
    })
  })

  it('ask the ledger whether consent may be skipped', async () => {
    const { browser, integration } = await createWorld()
    await connect(browser, integration)
    const { path } = await integration.begin()
    const { answer, operations } = await faults.watch(() => browser.get(path))
    expect(answer.location).toContain('code=')
    expect(count(operations)).toEqual({
      D1: 4,
      KV: 0,
      objects: ['GrantLedger.findSkippable', 'GrantLedger.authorize'],
    })
  })
})

describe('what access rests on', () => {
  const refreshCounts = async ({ app }: World, refreshToken: string) => {
    const { answer, operations } = await faults.watch(() => refreshWith(refreshToken, app))
    expect(answer.status).toBe(200)
    return count(operations)
  }

  it('is read once more after a change of it, and by nobody after a change of something else', async () => {
    const world = await createWorld(SETTINGS)
    const other = await createWorld(SETTINGS)
    const { refresh_token: refreshToken } = await connect(world.browser, world.integration)
    expect(await refreshCounts(world, refreshToken)).toMatchObject({ D1: 0 }) // control

    const { clientId } = other.app
    await changeByHand('UPDATE apps SET optional_scopes = ? WHERE client_id = ?', '["other:read"]', clientId)
    expect(await refreshCounts(world, refreshToken)).toMatchObject({ D1: 0 })

    await changeByHand("UPDATE apps SET optional_scopes = '[]' WHERE client_id = ?", world.app.clientId)
    expect(await refreshCounts(world, refreshToken)).toMatchObject({ D1: 1 })
    expect(await refreshCounts(world, refreshToken)).toMatchObject({ D1: 0 })
  })

  it('is asked about once, and not read anew, by an authority that was evicted', async () => {
    const world = await createWorld(SETTINGS)
    const { refresh_token: refreshToken } = await connect(world.browser, world.integration)
    await evictDurableObject(authorityStub(env, 'weur'))
    expect(await refreshCounts(world, refreshToken)).toMatchObject({ D1: 1 })
    expect(await refreshCounts(world, refreshToken)).toMatchObject({ D1: 0 })
  })
})

it('notices what an answer costs: the outbox, counted', async () => {
  const { browser, integration, app } = await createWorld()
  await connect(browser, integration)
  const ledgers = await faults.watch(() => exchangeAndDeliver({ browser, integration, app }))
  const delivered = ledgers.operations.filter(({ byAlarm }) => byAlarm)
  expect(delivered.map(({ store }) => store)).toEqual(expect.arrayContaining(['D1', 'KV']))
})

async function exchangeAndDeliver({ browser, integration, app }: World): Promise<void> {
  await exchangeWith(await obtainCode(browser, integration), app)
  const row = await env.DB.prepare('SELECT account_id FROM members WHERE organization_id = ?')
    .bind(app.organizationId)
    .first<string>('account_id')
  await runDurableObjectAlarm(env.GRANT_LEDGER.get(env.GRANT_LEDGER.idFromName(row ?? '')))
}

describe('the documents', () => {
  const get = (path: string) => transport(new Request(ISSUER + path)).then((response) => response.text())

  it('cost nothing for the metadata', async () => {
    for (const path of ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']) {
      expect(await countOf(() => get(path))).toEqual({ D1: 0, KV: 0, objects: [] })
    }
  })

  it('cost one read a second for the keys, however many ask', async () => {
    const counts = await countOf(async () => {
      for (let request = 0; request < 50; request++) await get('/.well-known/jwks.json')
    })
    expect(counts).toMatchObject({ KV: 0, objects: [] })
    expect(counts.D1).toBeLessThanOrEqual(2)
  })
})
