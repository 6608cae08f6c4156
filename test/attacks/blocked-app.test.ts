import { describe, expect, it } from 'vitest'
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

/** A person with two organizations, and an app that they allowed in both. */
async function twoOrganizations(settings: Record<string, unknown> = SETTINGS) {
  const world = await createWorld(settings)
  await makePublic(world.app.clientId)
  const created = await call(world, 'POST', '/organizations', { name: 'Acme', slug: crypto.randomUUID() })
  const { id: acme } = await created.json<{ id: string }>()
  const { organizationId: own } = world.app
  const tokens = await connect(world.browser, world.integration, {}, { organization: [own, acme] })
  return { world, acme, own, tokens }
}

const decide = (world: World, organizationId: string, decision: object) =>
  call(world, 'PUT', `/organizations/${organizationId}/decisions/${world.app.clientId}`, decision)

const organizationsOf = (accessToken = '') => readToken(accessToken).claims.organizations as string[]

describe('an app that one organization blocks', () => {
  it('loses it at once, and keeps the other', async () => {
    const { world, acme, own, tokens } = await twoOrganizations()
    expect((await introspectAsApi(tokens.access_token)).organizations).toEqual(expect.arrayContaining([own, acme]))

    expect((await decide(world, acme, { decision: 'blocked', note: 'Too curious.' })).status).toBe(200)

    expect((await introspectAsApi(tokens.access_token)).organizations).toEqual([own])
    const refreshed = await refreshWith(tokens.refresh_token, world.app)
    expect(refreshed.status).toBe(200)
    expect(organizationsOf(refreshed.access_token)).toEqual([own])
  })

  it('is inactive and refused where it had nothing else', async () => {
    const { world, acme, own, tokens } = await twoOrganizations({ ...SETTINGS, scopes: ['projects:read'] })
    const other = await twoOrganizations({ ...SETTINGS, scopes: ['projects:read'] })
    for (const organizationId of [acme, own]) await decide(world, organizationId, { decision: 'blocked' })
    expect(await introspectAsApi(tokens.access_token)).toEqual({ active: false })
    expect(await refreshWith(tokens.refresh_token, world.app)).toMatchObject({ status: 400, error: 'invalid_grant' })
    expect(await introspectAsApi(other.tokens.access_token)).toMatchObject({ active: true }) // control: another app
  })

  it('gets nothing back silently when it is approved again', async () => {
    const { world, acme, own, tokens } = await twoOrganizations()
    await decide(world, acme, { decision: 'blocked' })
    await decide(world, acme, { decision: 'approved', scope_ceiling: null })
    expect((await introspectAsApi(tokens.access_token)).organizations).toEqual([own])
    await call(world, 'DELETE', `/organizations/${acme}/decisions/${world.app.clientId}`)
    expect(organizationsOf((await refreshWith(tokens.refresh_token, world.app)).access_token)).toEqual([own])

    // Nor by a consent that would have been skipped: the page is shown, and a new consent counts.
    const { path } = await world.integration.begin()
    expect((await world.browser.get(path)).html).toContain('In which organizations?')
    const again = await connect(world.browser, world.integration, {}, { organization: [acme] })
    expect((await introspectAsApi(again.access_token)).organizations).toEqual([acme])
  })

  it('stops at the ceiling of its approval, until an administrator lifts it', async () => {
    const { world, acme, own, tokens } = await twoOrganizations()
    await decide(world, acme, { decision: 'approved', scope_ceiling: ['profile:read'] })
    await decide(world, own, { decision: 'approved', scope_ceiling: ['profile:read'] })
    expect(await introspectAsApi(tokens.access_token)).toMatchObject({ scope: 'profile:read', organizations: [] })
    await decide(world, acme, { decision: 'approved', scope_ceiling: null })
    expect((await introspectAsApi(tokens.access_token)).scope).toBe('profile:read') // the other still limits it
    await decide(world, own, { decision: 'approved', scope_ceiling: ['projects:read'] })
    expect((await introspectAsApi(tokens.access_token)).scope).toContain('projects:read')
  })

  it('is decided on by administrators of that organization alone', async () => {
    const { world, acme, tokens } = await twoOrganizations()
    const stranger = await createWorld()
    const path = `/organizations/${acme}/decisions/${world.app.clientId}`
    expect((await call(stranger, 'PUT', path, { decision: 'blocked' })).status).toBe(404)
    expect((await introspectAsApi(tokens.access_token)).organizations).toContain(acme)
  })
})
