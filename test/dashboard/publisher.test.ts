import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { claimCheck, findPublisherCheck } from '../../src/apps/publisher-store.ts'
import { runScheduled } from '../../src/jobs.ts'
import { Tool } from '../support/workers/api-token.ts'
import { changeByHand } from '../support/workers/by-hand.ts'
import { type ApiBody, callAnonymously, Developer } from '../support/workers/developer.ts'

let owner: Developer
let organizationId: string
let app: ApiBody
let path: string
beforeAll(async () => {
  owner = await Developer.signIn()
  organizationId = await owner.join('owner')
  app = await owner.registerApp({ organization_id: organizationId, client_uri: 'https://app.example.com/' })
  path = `/api/v1/apps/${app.client_id}/publisher-verification`
  expect((await owner.call('GET', path)).status).toBe(404) // nobody started it
  expect((await owner.call('POST', path)).status).toBe(200)
})

const statuses = async (who: Pick<Developer, 'call'>) => [
  (await who.call('POST', path)).status,
  (await who.call('GET', path)).status,
]

describe('who may verify a publisher, and see it', () => {
  it.each(['admin', 'developer'] as const)('as %s: both', async (role) => {
    const person = await Developer.signIn()
    await person.join(role, organizationId)
    expect(await statuses(person)).toEqual([200, 200])
  })

  it('as member: see it', async () => {
    const person = await Developer.signIn()
    await person.join('member', organizationId)
    expect(await statuses(person)).toEqual([403, 200])
  })

  it('as a member of another organization: nothing is there', async () => {
    const stranger = await Developer.signIn()
    await stranger.join('owner')
    expect(await statuses(stranger)).toEqual([404, 404])
  })

  it('as nobody: neither', async () => {
    expect((await callAnonymously(path, { method: 'POST' })).status).toBe(401)
    expect((await callAnonymously(path)).status).toBe(401)
  })

  it('with an access token: what its scopes allow', async () => {
    const organizations = [organizationId]
    const reader = await Tool.connect(owner, { scopes: ['apps:read'], organizations })
    expect(await statuses(reader)).toEqual([403, 200])
    const writer = await Tool.connect(owner, { scopes: ['apps:write'], organizations })
    expect(await statuses(writer)).toEqual([200, 403])
  })

  it('by session from another origin: not', async () => {
    const foreign = { Origin: 'https://evil.example' }
    expect((await owner.call('POST', path, undefined, foreign)).status).toBe(401)
    expect((await owner.call('POST', path, undefined, { Origin: null })).status).toBe(403)
  })
})

it('stays pending while nothing can be looked up', async () => {
  const { body } = await owner.call('POST', path)
  expect(body).toMatchObject({ state: 'pending', domain: 'app.example.com', found: [], verified_at: null })
})

it('is looked at by one of twenty that come at the same moment', async () => {
  const check = await findPublisherCheck(env.DB, app.client_id)
  if (!check) throw new Error('the verification was started')
  const until = (check.nextCheckAt ?? 0) + 60
  const claims = await Promise.all(Array.from({ length: 20 }, () => claimCheck(env.DB, check, until)))
  expect(claims.filter(Boolean)).toHaveLength(1)
})

it('is refused without a homepage', async () => {
  const bare = await owner.registerApp()
  const answer = await owner.call('POST', `/api/v1/apps/${bare.client_id}/publisher-verification`)
  expect(answer.status).toBe(409)
  expect(answer.body.detail).toContain('client_uri')
})

describe('the pictures that we keep', () => {
  const keep = (hash: string, createdAt: number) =>
    env.DB.prepare(`INSERT INTO logos (hash, content_type, bytes, created_at) VALUES (?, 'image/png', x'00', ?)`)
      .bind(hash, createdAt)
      .run()

  it('are deleted when no app shows them, a day later', async () => {
    const now = Math.floor(Date.now() / 1000)
    await Promise.all([keep('shown', 0), keep('unused', 0), keep('fresh', now)])
    await changeByHand(`UPDATE apps SET logo_hash = 'shown' WHERE client_id = ?`, app.client_id)
    await runScheduled(env)
    const { results } = await env.DB.prepare('SELECT hash FROM logos ORDER BY hash').all()
    expect(results).toEqual([{ hash: 'fresh' }, { hash: 'shown' }])
  })
})
