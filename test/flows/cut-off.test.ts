import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { changeByHand } from '../support/workers/by-hand.ts'
import { connect, refreshWith } from '../support/workers/connect.ts'
import { readToken } from '../support/workers/forge.ts'
import { makePublic } from '../support/workers/publish.ts'
import { createWorld, introspectAsApi, SETTINGS, type World } from '../support/workers/world.ts'

function call({ browser }: World, method: string, path: string, body?: unknown) {
  return browser.fetch(`/api/v1${path}`, {
    method,
    headers: { Origin: browser.origin, 'Content-Type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}

async function twoOrganizations(settings: Record<string, unknown> = SETTINGS) {
  const world = await createWorld(settings)
  await makePublic(world.app.clientId)
  const created = await call(world, 'POST', '/organizations', { name: 'Acme', slug: crypto.randomUUID() })
  const { id: acme } = await created.json<{ id: string }>()
  const { organizationId: own } = world.app
  const tokens = await connect(world.browser, world.integration, {}, { organization: [own, acme] })
  return { world, acme, own, tokens }
}

const indexOf = (accessToken = '') => {
  const { status } = readToken(accessToken).claims as { status: { status_list: { idx: number; uri: string } } }
  return status.status_list
}

const isInvalid = async ({ idx }: { idx: number }) =>
  (await env.DB.prepare('SELECT invalid_at FROM token_statuses WHERE id = ?').bind(idx).first('invalid_at')) !== null

const jobsOf = async (organizationId: string) =>
  (await env.DB.prepare('SELECT * FROM cut_off_jobs WHERE organization_id = ?').bind(organizationId).all()).results

const finished = (organizationId: string) =>
  expect.poll(() => jobsOf(organizationId), { timeout: 10_000 }).toMatchObject([{ finished_at: expect.any(Number) }])

const ledgerOrganizations = async (world: World) => {
  const listed = await (await call(world, 'GET', '/grants')).json<{ items: { organizations: string[] }[] }>()
  return listed.items.map(({ organizations }) => organizations)
}

describe('blocking an app', () => {
  it('ends its generation at once, gives the grant the next, and cleans up by a Workflow', async () => {
    const { world, acme, own, tokens } = await twoOrganizations()
    const bystander = await twoOrganizations()
    const first = indexOf(tokens.access_token)
    expect(await isInvalid(first)).toBe(false) // control

    await call(world, 'PUT', `/organizations/${acme}/decisions/${world.app.clientId}`, { decision: 'blocked' })

    expect(await isInvalid(first)).toBe(true)
    const refreshed = await refreshWith(tokens.refresh_token, world.app)
    expect(indexOf(refreshed.access_token).idx).toBeGreaterThan(first.idx)
    expect(await isInvalid(indexOf(refreshed.access_token))).toBe(false)
    expect(readToken(refreshed.access_token ?? '').claims.organizations).toEqual([own])

    await finished(acme)
    expect(await jobsOf(acme)).toMatchObject([
      { client_id: world.app.clientId, total: 1, done: 1, cause: 'app.blocked' },
    ])
    expect(await ledgerOrganizations(world)).toEqual([[own]])
    expect(await isInvalid(indexOf(refreshed.access_token))).toBe(false) // the clean-up disturbs nobody
    expect(await isInvalid(indexOf(bystander.tokens.access_token))).toBe(false)
  })

  it('a second time finds nothing to end', async () => {
    const { world, acme, tokens } = await twoOrganizations()
    const path = `/organizations/${acme}/decisions/${world.app.clientId}`
    await call(world, 'PUT', path, { decision: 'blocked' })
    const refreshed = await refreshWith(tokens.refresh_token, world.app)
    await call(world, 'PUT', path, { decision: 'blocked', note: 'Again.' })
    expect(await isInvalid(indexOf(refreshed.access_token))).toBe(false)
    expect(await jobsOf(acme)).toHaveLength(1)
  })

  it('revokes a grant that has nothing left', async () => {
    const { world, own, acme } = await twoOrganizations({ ...SETTINGS, scopes: ['projects:read'] })
    for (const id of [acme, own]) {
      await call(world, 'PUT', `/organizations/${id}/decisions/${world.app.clientId}`, { decision: 'blocked' })
      await finished(id)
    }
    expect(await ledgerOrganizations(world)).toEqual([])
  })
})

describe('a lowered ceiling', () => {
  it('takes the excess away and ends the generations that could carry it', async () => {
    const { world, acme, own, tokens } = await twoOrganizations()
    const decide = (id: string, scopes: string[] | null) =>
      call(world, 'PUT', `/organizations/${id}/decisions/${world.app.clientId}`, {
        decision: 'approved',
        scope_ceiling: scopes,
      })
    await decide(own, null)
    await decide(acme, ['profile:read', 'projects:read'])
    expect(await isInvalid(indexOf(tokens.access_token))).toBe(false) // nothing of it was lost
    await decide(acme, ['profile:read'])
    expect(await isInvalid(indexOf(tokens.access_token))).toBe(true)
    expect((await refreshWith(tokens.refresh_token, world.app)).scope).toBe('profile:read')
    expect(await jobsOf(acme)).toEqual([])
  })
})

describe('an approval with an end', () => {
  it('is outlived by no access token', async () => {
    const { world, acme, own } = await twoOrganizations()
    const expiresAt = Math.floor(Date.now() / 1000) + 120
    await call(world, 'PUT', `/organizations/${acme}/decisions/${world.app.clientId}`, {
      decision: 'approved',
      scope_ceiling: null,
      expires_at: expiresAt,
    })
    const bound = await connect(world.browser, world.integration, { prompt: 'consent' }, { organization: [acme] })
    expect(readToken(bound.access_token).claims.exp).toBe(expiresAt)
    expect(bound.expires_in).toBeLessThanOrEqual(120)
    const free = await connect(world.browser, world.integration, { prompt: 'consent' }, { organization: [own] })
    expect(free.expires_in).toBe(600) // control
  })
})

describe('whoever leaves an organization', () => {
  it('takes along what their apps reached there, and coming back restores nothing', async () => {
    const { world, acme, own, tokens } = await twoOrganizations()
    const other = await createWorld()
    const accountId = String(readToken(tokens.access_token).claims.sub)
    const administrator = String(readToken((await connect(other.browser, other.integration)).access_token).claims.sub)
    await changeByHand(
      "INSERT INTO members (organization_id, account_id, role, created_at) VALUES (?, ?, 'owner', unixepoch() - 100)",
      acme,
      administrator,
    )
    const removed = await call(other, 'DELETE', `/organizations/${acme}/members/${accountId}`)
    expect(removed.status).toBe(204)

    expect(await isInvalid(indexOf(tokens.access_token))).toBe(true)
    expect((await introspectAsApi(tokens.access_token)).organizations).toEqual([own])
    await changeByHand(
      "INSERT INTO members (organization_id, account_id, role, created_at) VALUES (?, ?, 'member', unixepoch() + 1)",
      acme,
      accountId,
    )
    const refreshed = await refreshWith(tokens.refresh_token, world.app)
    expect(readToken(refreshed.access_token ?? '').claims.organizations).toEqual([own])
    await finished(acme)
    expect(await ledgerOrganizations(world)).toEqual([[own]])
  })
})

describe('a refusal', () => {
  const eventsOf = async (organizationId: string) => {
    const sql = `SELECT event, actor FROM organization_events
                  WHERE organization_id = ? AND event IN ('token.refused', 'consent.refused')`
    return (await env.DB.prepare(sql).bind(organizationId).all()).results
  }

  it('at the token endpoint is in the log of the organization, once however often the app tries', async () => {
    const { world, acme, own, tokens } = await twoOrganizations({ ...SETTINGS, scopes: ['projects:read'] })
    const path = (id: string) => `/organizations/${id}/decisions/${world.app.clientId}`
    await changeByHand("UPDATE organizations SET policy = 'approved' WHERE id IN (?, ?)", acme, own)
    for (const _ of [1, 2, 3]) expect((await refreshWith(tokens.refresh_token, world.app)).status).toBe(400)
    await expect
      .poll(() => eventsOf(acme), { timeout: 10_000 })
      .toEqual([{ event: 'token.refused', actor: world.app.clientId }])
    await call(world, 'PUT', path(acme), { decision: 'approved', scope_ceiling: null })
    expect((await refreshWith(tokens.refresh_token, world.app)).status).toBe(400) // the lapse was a cut-off
  })

  it('of a consent is in the log of the organization, and of no other', async () => {
    const { world, acme, own } = await twoOrganizations()
    const { path } = await world.integration.begin({ prompt: 'consent' })
    const page = await world.browser.get(path)
    await call(world, 'PUT', `/organizations/${acme}/decisions/${world.app.clientId}`, { decision: 'blocked' })
    const answer = await world.browser.submit(page, { decision: 'allow', organization: [acme, 'org_operators'] })
    expect(answer.html).toContain('does not allow this app any more')
    expect(await eventsOf(acme)).toMatchObject([{ event: 'consent.refused' }])
    expect(await eventsOf(own)).toEqual([])
    expect(await eventsOf('org_operators')).toEqual([])
  })
})
