import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { answerConsent, type Integration } from '../support/integration.ts'
import { connect, obtainCode } from '../support/workers/connect.ts'
import { createWorld, ISSUER, PUBLIC_SETTINGS, SETTINGS, transport } from '../support/workers/world.ts'

async function open(browser: Browser, integration: Integration, parameters: Record<string, string> = {}) {
  const { path, state } = await integration.begin(parameters)
  return { page: await browser.get(path), state }
}

describe('the consent page', () => {
  it('says who asks for what, for whom, and where the browser goes', async () => {
    const { browser, integration } = await createWorld()
    const { page } = await open(browser, integration, { scope: 'projects:read profile:read projects:write' })
    expect(page.status).toBe(200)
    for (const text of [
      'Test app',
      'See projects',
      'See your profile',
      'app.example',
      'not verified',
      '@example.com',
    ]) {
      expect(page.html).toContain(text)
    }
    expect(page.html).toMatch(/<input type="checkbox" name="scope" value="projects:write"\/>/)
    expect(page.html).not.toContain('any program here could be')
  })

  it('warns of a redirect to this computer', async () => {
    const { browser, integration } = await createWorld({ ...PUBLIC_SETTINGS, redirect_uris: ['http://127.0.0.1/cb'] })
    const { page } = await open(browser, integration)
    expect(page.html).toContain('any program here could be')
  })

  it('grants an optional scope only when it was ticked', async () => {
    const { browser, integration } = await createWorld()
    const asked = { scope: 'projects:read projects:write' }
    expect((await connect(browser, integration, asked)).scope).toBe('projects:read')
    const ticked = await connect(browser, integration, asked, { scope: 'projects:write' })
    expect(ticked.scope).toBe('projects:read projects:write')
  })

  it('grants nothing that was not asked for', async () => {
    const { browser, integration } = await createWorld()
    const tokens = await connect(browser, integration, { scope: 'profile:read' }, { scope: 'projects:write' })
    expect(tokens.scope).toBe('profile:read')
  })

  it('answers a refusal with access_denied, state and iss', async () => {
    const { browser, integration } = await createWorld()
    const { page, state } = await open(browser, integration)
    const { location } = await answerConsent(browser, page, { decision: 'deny' })
    expect(Object.fromEntries(new URL(location ?? '').searchParams)).toMatchObject({
      error: 'access_denied',
      iss: ISSUER,
      state,
    })
  })

  it('needs an organization when a scope is about organizations, and says so without losing the request', async () => {
    const { browser, integration } = await createWorld()
    const { page } = await open(browser, integration)
    const again = await answerConsent(browser, page, { organization: [] })
    expect(again.status).toBe(422)
    expect(again.html).toContain('Choose at least one organization')
    expect((await answerConsent(browser, again)).status).toBe(303)
  })

  it('refuses an organization that blocked the app or that the person is not in', async () => {
    const { browser, integration, app } = await createWorld()
    const { page } = await open(browser, integration)
    const foreign = await answerConsent(browser, page, { organization: 'org_somebody-elses-one' })
    expect(foreign.status).toBe(422)

    await env.DB.prepare(
      `INSERT INTO app_decisions (organization_id, client_id, decision, decided_by, decided_at) VALUES (?, ?, 'blocked', 'x', 0)`,
    )
      .bind(app.organizationId, app.clientId)
      .run()
    const { page: blocked } = await open(browser, integration)
    expect(blocked.html).toContain('An administrator has blocked this app')
    expect((await answerConsent(browser, blocked, { organization: app.organizationId })).status).toBe(422)
  })

  it('asks for a sign-in first and comes back to the same request', async () => {
    const { integration } = await createWorld()
    const { path } = await integration.begin()
    const response = await transport(new Request(ISSUER + path, { redirect: 'manual' }))
    const location = new URL(response.headers.get('Location') ?? '', ISSUER)
    expect(location.pathname).toBe('/sign-in')
    expect(location.searchParams.get('return_to')).toContain('/authorize?')
  })
})

describe('consent is not asked again', () => {
  it('when a redeemed grant covers the request, and is when it does not', async () => {
    const { browser, integration } = await createWorld()
    await obtainCode(browser, integration) // authorized, never redeemed
    expect((await open(browser, integration)).page.status).toBe(200)
    await connect(browser, integration)

    const { page: skipped } = await open(browser, integration)
    expect(new URL(skipped.location ?? '').searchParams.has('code')).toBe(true)

    const { page: fewer } = await open(browser, integration, { scope: 'profile:read' })
    expect(new URL(fewer.location ?? '').searchParams.has('code')).toBe(true)
    const { page: more } = await open(browser, integration, { scope: 'profile:read projects:write' })
    expect(more.status).toBe(200)
    expect((await open(browser, integration, { prompt: 'consent' })).page.status).toBe(200)
  })

  it('copies the organizations of that grant and widens nothing', async () => {
    const { browser, integration, app } = await createWorld()
    await connect(browser, integration)
    const { authorization, callback } = await obtainCode(browser, integration)
    const tokens = await integration.finish(callback, authorization)
    expect(await integration.introspect(tokens.access_token)).toMatchObject({ organizations: [app.organizationId] })
  })

  it.each([
    ['a loopback redirect', { ...PUBLIC_SETTINGS, redirect_uris: ['http://127.0.0.1/cb'] }],
    ['a scheme of its own', { ...PUBLIC_SETTINGS, redirect_uris: ['com.example.app:/cb'] }],
    ['a sensitive scope', { ...SETTINGS, scopes: ['projects:write'], optional_scopes: [] }],
  ])('but always for %s', async (_name, settings) => {
    const { browser, integration } = await createWorld(settings)
    await connect(browser, integration)
    expect((await open(browser, integration)).page.status).toBe(200)
  })

  it('but again when the app has another name, or the grant was revoked', async () => {
    const { browser, integration, app } = await createWorld()
    const { refresh_token } = await connect(browser, integration)
    await env.DB.prepare("UPDATE apps SET client_name = 'Renamed' WHERE client_id = ?").bind(app.clientId).run()
    expect((await open(browser, integration)).page.status).toBe(200)
    await env.DB.prepare("UPDATE apps SET client_name = 'Test app' WHERE client_id = ?").bind(app.clientId).run()
    expect((await open(browser, integration)).page.status).toBe(303) // control

    await integration.revoke(refresh_token)
    expect((await open(browser, integration)).page.status).toBe(200)
  })
})

describe('prompt=none', () => {
  it('never shows a page', async () => {
    const { browser, integration } = await createWorld()
    const errorOf = async (location: string | null) => new URL(location ?? '').searchParams.get('error')
    const { page } = await open(browser, integration, { prompt: 'none' })
    expect(await errorOf(page.location)).toBe('consent_required')
    const { path } = await integration.begin({ prompt: 'none' })
    const nobody = await transport(new Request(ISSUER + path, { redirect: 'manual' }))
    expect(await errorOf(nobody.headers.get('Location'))).toBe('login_required')

    await connect(browser, integration)
    const { page: skipped } = await open(browser, integration, { prompt: 'none' })
    expect(new URL(skipped.location ?? '').searchParams.has('code')).toBe(true)
  })
})
