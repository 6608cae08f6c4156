import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { changeByHand } from '../support/workers/by-hand.ts'
import { connect, refreshWith } from '../support/workers/connect.ts'
import { readToken } from '../support/workers/forge.ts'
import { makePublic } from '../support/workers/publish.ts'
import { createWorld, introspectAsApi, SETTINGS, type World } from '../support/workers/world.ts'

// A token must name the living index of its grant: an ended one dies with the next status list that anybody reads.

const SCOPE = 'projects:read profile:read projects:write'

let world: World
let acme: string
let tokens: Awaited<ReturnType<typeof connect>>
let grantId: string

beforeEach(async () => {
  world = await createWorld(SETTINGS)
  await makePublic(world.app.clientId)
  const created = await call('POST', '/organizations', { name: 'Acme', slug: crypto.randomUUID() })
  acme = (await created.json<{ id: string }>()).id
  const fields = { organization: [world.app.organizationId, acme], scope: ['projects:write'] }
  tokens = await connect(world.browser, world.integration, { scope: SCOPE }, fields)
  expect(tokens.scope?.split(' ')).toContain('projects:write') // control: it can be taken back
  grantId = String(readToken(tokens.access_token).claims.grant_id)
})

function call(method: string, path: string, body?: unknown) {
  return world.browser.fetch(`/api/v1${path}`, {
    method,
    headers: { Origin: world.browser.origin, 'Content-Type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}

function indexOf(accessToken = ''): number {
  const { status } = readToken(accessToken).claims as { status: { status_list: { idx: number } } }
  return status.status_list.idx
}

const livingIndex = () =>
  env.DB.prepare('SELECT id FROM token_statuses WHERE grant_id = ? AND invalid_at IS NULL').bind(grantId).first('id')

/** A token that is asked for now says the index that lives now. */
async function expectLiving(): Promise<number> {
  const refreshed = await refreshWith(tokens.refresh_token, world.app)
  const index = indexOf(refreshed.access_token)
  expect(index).toBe(await livingIndex())
  expect(await introspectAsApi(refreshed.access_token ?? '')).toMatchObject({ active: true })
  return index
}

const decide = (decision: object) => call('PUT', `/organizations/${acme}/decisions/${world.app.clientId}`, decision)

describe('the index of a token in a status list is the living one', () => {
  it('of a grant that nothing happened to, and stays the same', async () => {
    expect(await expectLiving()).toBe(indexOf(tokens.access_token))
  })

  it('after each decision that ended the one before', async () => {
    const first = indexOf(tokens.access_token)
    await decide({ decision: 'approved', scope_ceiling: ['profile:read', 'projects:read'] })
    const second = await expectLiving()
    await decide({ decision: 'approved', scope_ceiling: ['profile:read'] })
    const third = await expectLiving()
    expect(second).toBeGreaterThan(first)
    expect(third).toBeGreaterThan(second)
    expect(await expectLiving()).toBe(third) // control: nothing was decided
  })

  it('after a change that ended none', async () => {
    const first = await expectLiving()
    await changeByHand(
      "UPDATE apps SET redirect_uris = json_insert(redirect_uris, '$[#]', 'https://app.example/2') WHERE client_id = ?",
      world.app.clientId,
    )
    expect(await expectLiving()).toBe(first)
  })

  it('after the person took something back', async () => {
    const first = await expectLiving()
    const kept = { scopes: ['projects:read', 'profile:read'], organizations: [world.app.organizationId, acme] }
    expect((await call('PATCH', `/grants/${grantId}`, kept)).status).toBe(200)
    await expect.poll(livingIndex).not.toBe(first)
    expect(await expectLiving()).toBeGreaterThan(first)
  })

  it('after the clean-up behind a block, and after what is taken back next', async () => {
    const first = await expectLiving()
    await decide({ decision: 'blocked' })
    const second = await expectLiving()
    const finished = () =>
      env.DB.prepare('SELECT finished_at FROM cut_off_jobs WHERE organization_id = ?').bind(acme).first('finished_at')
    await expect.poll(finished).toEqual(expect.any(Number))
    expect(await expectLiving()).toBe(second) // the clean-up ends nothing
    const kept = { scopes: ['projects:read', 'profile:read'], organizations: [world.app.organizationId] }
    await call('PATCH', `/grants/${grantId}`, kept)
    await expect.poll(livingIndex).not.toBe(second)
    expect(await expectLiving()).toBeGreaterThan(first)
  })
})
