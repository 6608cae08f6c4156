import { runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { changeByHand } from '../support/workers/by-hand.ts'
import { connect, refreshWith } from '../support/workers/connect.ts'
import { makePublic } from '../support/workers/publish.ts'
import { createWorld, introspectAsApi, SETTINGS, type World } from '../support/workers/world.ts'

async function call({ browser }: World, method: string, path: string, body?: unknown) {
  const response = await browser.fetch(`/api/v1${path}`, {
    method,
    headers: { Origin: browser.origin, 'Content-Type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: (text ? JSON.parse(text) : {}) as Record<string, unknown> }
}

/** A person in an organization that an app of theirs reaches, as the inventory knows it. */
async function connectedOrganization() {
  const world = await createWorld(SETTINGS)
  await makePublic(world.app.clientId)
  const created = await call(world, 'POST', '/organizations', { name: 'Acme', slug: crypto.randomUUID() })
  const acme = String(created.body.id)
  const tokens = await connect(world.browser, world.integration, {}, { organization: [acme] })
  const { sub: accountId = '' } = decodeJwt(tokens.access_token)
  await runDurableObjectAlarm(env.GRANT_LEDGER.get(env.GRANT_LEDGER.idFromName(accountId)))
  return { world, acme, tokens, policy: `/organizations/${acme}/policy` }
}

describe('a policy', () => {
  it('is open at first, and says what a stricter one would cut off before it does', async () => {
    const { world, tokens, policy } = await connectedOrganization()
    expect((await call(world, 'GET', policy)).body).toEqual({ policy: 'open', scope_ceiling: null })
    const preview = await call(world, 'POST', `${policy}/preview`, { policy: 'verified', scope_ceiling: null })
    expect(preview.body).toMatchObject({ apps: 1, grants: 1, people: 1 })
    expect(preview.body.effects).toMatchObject([{ client_id: world.app.clientId, cut_off: true, people: 1 }])
    expect(await introspectAsApi(tokens.access_token)).toMatchObject({ active: true }) // control: nothing happened
  })

  it('that asks for approval cuts off what nobody approved, and gives nothing back', async () => {
    const { world, acme, tokens, policy } = await connectedOrganization()
    expect((await call(world, 'PUT', policy, { policy: 'approved', scope_ceiling: null })).status).toBe(200)
    expect((await introspectAsApi(tokens.access_token)).organizations ?? []).toEqual([])
    expect((await refreshWith(tokens.refresh_token, world.app)).scope).toBe('profile:read')

    await call(world, 'PUT', policy, { policy: 'open', scope_ceiling: null })
    expect((await introspectAsApi(tokens.access_token)).organizations ?? []).toEqual([])
    const again = await connect(world.browser, world.integration, { prompt: 'consent' }, { organization: [acme] })
    expect((await introspectAsApi(again.access_token)).organizations).toEqual([acme])
  })

  it('leaves an approved app alone', async () => {
    const { world, acme, tokens, policy } = await connectedOrganization()
    await call(world, 'PUT', `/organizations/${acme}/decisions/${world.app.clientId}`, {
      decision: 'approved',
      scope_ceiling: null,
    })
    expect(
      (await call(world, 'POST', `${policy}/preview`, { policy: 'approved', scope_ceiling: null })).body,
    ).toMatchObject({ apps: 0 })
    await call(world, 'PUT', policy, { policy: 'approved', scope_ceiling: null })
    expect((await introspectAsApi(tokens.access_token)).organizations).toEqual([acme])
    expect((await call(world, 'GET', `/organizations/${acme}/cut-off-jobs`)).body.items).toEqual([])

    // Withdrawing the approval is the cut-off then.
    await call(world, 'DELETE', `/organizations/${acme}/decisions/${world.app.clientId}`)
    expect((await introspectAsApi(tokens.access_token)).organizations ?? []).toEqual([])
  })

  it('with a ceiling takes the excess scopes, and says which', async () => {
    const { world, tokens, policy } = await connectedOrganization()
    const next = { policy: 'open', scope_ceiling: ['projects:write'] }
    const preview = await call(world, 'POST', `${policy}/preview`, next)
    expect(preview.body).toMatchObject({ apps: 0, effects: [{ cut_off: false, lost_scopes: ['projects:read'] }] })
    await call(world, 'PUT', policy, next)
    expect((await refreshWith(tokens.refresh_token, world.app)).scope).toBe('profile:read')
    await call(world, 'PUT', policy, { policy: 'open', scope_ceiling: null })
    expect((await refreshWith(tokens.refresh_token, world.app)).scope).toContain('projects:read')
  })

  it('names scopes of the catalogue, and is not for a personal organization', async () => {
    const { world, policy } = await connectedOrganization()
    const unknown = await call(world, 'PUT', policy, { policy: 'open', scope_ceiling: ['made:up'] })
    expect(unknown.body).toMatchObject({ errors: [{ pointer: '/scope_ceiling' }] })
    const personal = `/organizations/${world.app.organizationId}/policy`
    expect((await call(world, 'PUT', personal, { policy: 'approved', scope_ceiling: null })).status).toBe(409)
  })

  it('is audited once, and not at all when nothing changed', async () => {
    const { world, acme, policy } = await connectedOrganization()
    for (const _ of [1, 2]) await call(world, 'PUT', policy, { policy: 'verified', scope_ceiling: null })
    const events = env.DB.prepare(
      "SELECT reason FROM audit_events WHERE event = 'policy.changed' AND organization_id = ?",
    )
    expect((await events.bind(acme).all()).results).toEqual([{ reason: 'verified' }])
  })
})

describe('a publisher that loses its mark', () => {
  it('loses the organizations that ask for one', async () => {
    const { world, acme, tokens, policy } = await connectedOrganization()
    const { clientId } = world.app
    const setMark = (domain: string | null) =>
      changeByHand('UPDATE apps SET publisher_domain = ? WHERE client_id = ?', domain, clientId)
    await setMark('example.com')
    await call(world, 'PUT', policy, { policy: 'verified', scope_ceiling: null })
    expect((await introspectAsApi(tokens.access_token)).organizations).toEqual([acme]) // control
    await setMark(null)
    expect((await introspectAsApi(tokens.access_token)).organizations ?? []).toEqual([])
  })
})
