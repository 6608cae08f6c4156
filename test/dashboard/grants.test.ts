import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Tool } from '../support/workers/api-token.ts'
import { connect, exchangeWith, obtainCode, refreshWith } from '../support/workers/connect.ts'
import { callAnonymously, Developer } from '../support/workers/developer.ts'
import { readToken } from '../support/workers/forge.ts'
import { makePublic } from '../support/workers/publish.ts'
import { createApi, createWorld, introspectAsApi, SETTINGS, type World } from '../support/workers/world.ts'

/** The API as the person who allowed the app calls it: by the session of that browser. */
function callAs({ browser }: World, method: string, path: string, body?: unknown) {
  return browser.fetch(path, {
    method,
    headers: { Origin: browser.origin, 'Content-Type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}

interface GrantBody {
  id: string
  scopes: string[]
  organizations: string[]
}

async function listGrants(world: World): Promise<GrantBody[]> {
  return (await (await callAs(world, 'GET', '/api/v1/grants')).json<{ items: GrantBody[] }>()).items
}

/** A grant with its optional scope, and another organization that it reaches. */
async function connectedWorld() {
  const world = await createWorld()
  await makePublic(world.app.clientId)
  const other = await joinAnother(world)
  const scope = 'projects:read profile:read projects:write'
  const tokens = await connect(
    world.browser,
    world.integration,
    { scope },
    { scope: 'projects:write', organization: [world.app.organizationId, other] },
  )
  const [grant] = await listGrants(world)
  return { world, tokens, other, grant: grant! }
}

async function joinAnother(world: World): Promise<string> {
  const id = `org_${crypto.randomUUID()}`
  await env.DB.batch([
    env.DB.prepare('INSERT INTO organizations (id, name, created_at) VALUES (?, ?, 0)').bind(id, 'Second organization'),
    env.DB.prepare(
      `INSERT INTO members (organization_id, account_id, role, created_at)
       SELECT ?, account_id, 'member', 0 FROM members WHERE organization_id = ?`,
    ).bind(id, world.app.organizationId),
  ])
  return id
}

beforeAll(createApi)

describe('the grants of a person', () => {
  it('are listed with app, publisher, scopes, organizations and device', async () => {
    const { world, other } = await connectedWorld()
    expect(await listGrants(world)).toEqual([
      {
        id: expect.any(String),
        client_id: world.app.clientId,
        client_name: 'Test app',
        publisher: { state: 'unverified', domain: null },
        resource: 'http://localhost:8787/test/api',
        scopes: expect.arrayContaining(['projects:read', 'profile:read', 'projects:write']),
        organizations: expect.arrayContaining([world.app.organizationId, other]),
        scopes_in_effect: expect.arrayContaining(['projects:read', 'profile:read', 'projects:write']),
        organizations_in_effect: expect.arrayContaining([world.app.organizationId, other]),
        device: 'Chrome on Linux',
        created_at: expect.any(Number),
        last_used_at: expect.any(Number),
        expires_at: expect.any(Number),
      },
    ])
  })

  it('end one by one: refresh and introspection at once, the other device lives on', async () => {
    const world = await createWorld()
    await makePublic(world.app.clientId)
    const first = await connect(world.browser, world.integration)
    const second = await connect(world.browser, world.integration, { prompt: 'consent' })
    const id = readToken(first.access_token).claims.grant_id
    expect(await introspectAsApi(first.access_token)).toMatchObject({ active: true }) // control

    expect((await callAs(world, 'DELETE', `/api/v1/grants/${id}`)).status).toBe(204)

    expect(await introspectAsApi(first.access_token)).toEqual({ active: false })
    expect(await refreshWith(first.refresh_token, world.app)).toMatchObject({ status: 400, error: 'invalid_grant' })
    expect(await introspectAsApi(second.access_token)).toMatchObject({ active: true })
    expect((await refreshWith(second.refresh_token, world.app)).status).toBe(200)
    expect((await callAs(world, 'DELETE', `/api/v1/grants/${id}`)).status).toBe(404)
  })

  it('end with their app, also where its code is still on its way', async () => {
    const world = await createWorld()
    await makePublic(world.app.clientId)
    const tokens = await connect(world.browser, world.integration)
    const waiting = await obtainCode(world.browser, world.integration, { prompt: 'consent' })
    const address = `/api/v1/grants?client_id=${world.app.clientId}`
    expect((await callAs(world, 'DELETE', address)).status).toBe(204)
    expect(await introspectAsApi(tokens.access_token)).toEqual({ active: false })
    expect(await exchangeWith(waiting, world.app)).toMatchObject({ status: 400, error: 'invalid_grant' })
    expect(await listGrants(world)).toEqual([])
    await connect(world.browser, world.integration) // control: it may be allowed again
    expect(await listGrants(world)).toHaveLength(1)
  })

  it('leave an audit event with the person as actor', async () => {
    const { world, grant } = await connectedWorld()
    await callAs(world, 'PATCH', `/api/v1/grants/${grant.id}`, { scopes: ['projects:read', 'profile:read'] })
    await callAs(world, 'DELETE', `/api/v1/grants/${grant.id}`)
    await expect
      .poll(() => eventsOf(grant.id), { timeout: 5000 })
      .toEqual(['consent.granted', 'grant.narrowed', 'grant.revoked'])
  })
})

async function eventsOf(grantId: string) {
  const { results } = await env.DB.prepare('SELECT event FROM audit_events WHERE grant_id = ? ORDER BY rowid')
    .bind(grantId)
    .all()
  return results.map(({ event }) => event)
}

describe('narrowing', () => {
  it('takes an optional scope and an organization at once in introspection and at the next token', async () => {
    const { world, tokens, other, grant } = await connectedWorld()
    const kept = { scopes: ['projects:read', 'profile:read'], organizations: [other] }
    const answer = await callAs(world, 'PATCH', `/api/v1/grants/${grant.id}`, kept)
    expect(await answer.json()).toMatchObject({ organizations: [other] })

    const inspected = await introspectAsApi(tokens.access_token)
    expect(inspected).toMatchObject({ active: true, organizations: [other] })
    expect(String(inspected.scope)).not.toContain('projects:write')
    const refreshed = await refreshWith(tokens.refresh_token, world.app)
    expect(refreshed).toMatchObject({ status: 200, scope: expect.not.stringContaining('projects:write') })
    expect(readToken(refreshed.access_token ?? '').claims.organizations).toEqual([other])
    await expect.poll(() => organizationKeys(grant.id), { timeout: 5000 }).toEqual([other])
  })

  it('never widens, and keeps what the app cannot work without', async () => {
    const { world, grant } = await connectedWorld()
    const path = `/api/v1/grants/${grant.id}`
    for (const [change, field] of [
      [{ scopes: [...grant.scopes, 'apps:write'] }, '/scopes/3'],
      [{ organizations: ['org_foreign'] }, '/organizations/0'],
      [{ scopes: ['projects:write'] }, '/scopes'],
      [{ scopes: [] }, '/scopes'],
      [{ organizations: [] }, '/organizations'],
    ] as const) {
      const answer = await callAs(world, 'PATCH', path, change)
      expect(answer.status).toBe(422)
      const { errors } = await answer.json<{ errors: { pointer: string }[] }>()
      expect(errors.map(({ pointer }) => pointer)).toContain(field)
    }
    expect(await listGrants(world)).toMatchObject([{ scopes: grant.scopes, organizations: grant.organizations }])
  })
})

async function organizationKeys(grantId: string): Promise<string[]> {
  const { keys } = await env.GRANTS.list({ prefix: 'org-grant:' })
  return keys.filter(({ name }) => name.endsWith(grantId)).map(({ name }) => name.split(':')[1] ?? '')
}

describe('somebody else', () => {
  it.each([
    ['GET', undefined],
    ['PATCH', { scopes: ['projects:read'] }],
    ['DELETE', undefined],
  ] as const)('%s finds nothing there', async (method, body) => {
    const { world, tokens, grant } = await connectedWorld()
    const stranger = await Developer.signIn()
    expect((await stranger.call(method, `/api/v1/grants/${grant.id}`, body)).status).toBe(404)
    expect((await callAnonymously(`/api/v1/grants/${grant.id}`, { method })).status).toBe(401)
    expect((await stranger.call('DELETE', `/api/v1/grants?client_id=${world.app.clientId}`)).status).toBe(204)
    expect(await introspectAsApi(tokens.access_token)).toMatchObject({ active: true })
    expect(await listGrants(world)).toHaveLength(1) // control
  })

  it('needs the scope, with an access token', async () => {
    const person = await Developer.signIn()
    const reader = await Tool.connect(person, { scopes: ['grants:read'], organizations: [] })
    const list = await reader.call('GET', '/api/v1/grants')
    expect(list.body.items).toMatchObject([{ client_id: reader.clientId }])
    const path = `/api/v1/grants/${list.body.items[0]?.id}`
    expect((await reader.call('DELETE', path)).status).toBe(403)
    const writer = await Tool.connect(person, { scopes: ['grants:write'], organizations: [] })
    expect((await writer.call('GET', '/api/v1/grants')).status).toBe(403)
    expect((await writer.call('DELETE', path)).status).toBe(204)
    expect((await reader.call('GET', '/api/v1/grants')).status).toBe(401)
  })
})

describe('the connections page', () => {
  it('shows each app with its devices, and ends one', async () => {
    const { world, tokens } = await connectedWorld()
    const page = await world.browser.get('/connections')
    expect(page.html).toContain('Test app')
    expect(page.html).toContain('Chrome on Linux')
    expect(page.html).toContain('Second organization')
    const ended = await world.browser.submit(page, {})
    expect(ended.location).toContain('/connections?done=ended')
    expect(await introspectAsApi(tokens.access_token)).toEqual({ active: false })
    expect((await world.browser.follow(ended)).html).toContain('No app can reach anything')
  })

  it('narrows by boxes that are left out', async () => {
    const { world, other, grant } = await connectedWorld()
    const form = await world.browser.get(`/connections/${grant.id}`)
    const refused = await world.browser.submit(form, { scope: 'projects:write' })
    expect(refused.status).toBe(422)
    expect(refused.html).toContain('Keep at least one organization')
    const saved = await world.browser.submit(form, { organization: [other] })
    expect(saved.location).toContain('done=saved')
    expect(await listGrants(world)).toMatchObject([{ organizations: [other] }])
    expect((await listGrants(world))[0]?.scopes).not.toContain('projects:write')
  })

  it('asks before it disconnects an app', async () => {
    const { world, tokens } = await connectedWorld()
    const asking = await world.browser.get(`/connections/apps/${world.app.clientId}`)
    expect(asking.html).toContain('Disconnect Test app?')
    expect(await introspectAsApi(tokens.access_token)).toMatchObject({ active: true }) // control
    await world.browser.submit(asking, {})
    expect(await introspectAsApi(tokens.access_token)).toEqual({ active: false })
  })

  it('takes no form of another session', async () => {
    const { world, tokens, grant } = await connectedWorld()
    const stranger = await createWorld(SETTINGS)
    const foreign = await world.browser.get('/connections')
    const token = /name="form_token" value="([^"]+)"/.exec(foreign.html)?.[1] ?? ''
    const answer = await stranger.browser.post(`/connections/${grant.id}/end`, { form_token: token })
    expect(answer.status).toBe(403)
    expect(await introspectAsApi(tokens.access_token)).toMatchObject({ active: true })
  })
})
