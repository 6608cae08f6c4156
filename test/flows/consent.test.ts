import { describe, expect, it } from 'vitest'
import { type Browser, signIn } from '../support/browser.ts'
import { answerConsent, type Integration } from '../support/integration.ts'
import { changeByHand } from '../support/workers/by-hand.ts'
import { connect, obtainCode } from '../support/workers/connect.ts'
import { fulfilPublicRequirements } from '../support/workers/publish.ts'
import { advance } from '../support/workers/time.ts'
import { createWorld, ISSUER, newEmail, PUBLIC_SETTINGS, SETTINGS, transport } from '../support/workers/world.ts'

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
    expect(again.html).toMatch(/<fieldset aria-describedby="organization-problem"><legend>In which/)
    expect(again.html).toMatch(/id="organization-problem"[^>]* tabindex="-1" autofocus[^>]*>Choose at least one/)
    expect((await answerConsent(browser, again)).status).toBe(303)
  })

  it('refuses an organization that blocked the app or that the person is not in', async () => {
    const { browser, integration, app } = await createWorld()
    const { page } = await open(browser, integration)
    const foreign = await answerConsent(browser, page, { organization: 'org_somebody-elses-one' })
    expect(foreign.status).toBe(422)

    await changeByHand(
      `INSERT INTO app_decisions (organization_id, client_id, decision, decided_by, decided_at) VALUES (?, ?, 'blocked', 'x', 0)`,
      app.organizationId,
      app.clientId,
    )
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

describe('a consent page that is sent again', () => {
  const TEN_MINUTES = 601
  const TICKED = /<input type="checkbox" name="scope" value="projects:write" checked=""/

  it('keeps the permission that was ticked when an organization was forgotten', async () => {
    const { browser, integration } = await createWorld()
    const { page } = await open(browser, integration, { scope: 'projects:read projects:write' })
    expect(page.html).not.toMatch(TICKED) // control

    const again = await answerConsent(browser, page, { organization: [], scope: 'projects:write' })

    expect(again.html).toMatch(TICKED)
  })

  it('keeps the organization when no permission was chosen, and says so at the permissions', async () => {
    const optional = { ...SETTINGS, scopes: [], optional_scopes: ['projects:read', 'projects:write'] }
    const { browser, integration } = await createWorld(optional)
    const { page } = await open(browser, integration, { scope: 'projects:read projects:write' })
    const again = await answerConsent(browser, page)
    expect(again.html).toMatch(/<fieldset aria-describedby="scope-problem">.*id="scope-problem"/s)
    expect(again.html).toMatch(/name="organization" value="[^"]+" checked=""/)
    const none = await answerConsent(browser, again, { organization: [], scope: 'projects:read' })
    expect(none.html).not.toMatch(/name="organization" value="[^"]+" checked=""/) // control
  })

  it('after ten minutes is a fresh copy, with what was ticked, and grants when it is sent', async () => {
    const { browser, integration } = await createWorld()
    const authorization = await integration.begin({ scope: 'projects:read projects:write' })
    const page = await browser.get(authorization.path)
    advance(TEN_MINUTES)

    const fresh = await answerConsent(browser, page, { scope: 'projects:write' })

    expect(fresh).toMatchObject({ status: 409, location: null })
    expect(fresh.html).toMatch(TICKED)
    const { location } = await answerConsent(browser, fresh)
    const tokens = await integration.finish(location ?? '', authorization)
    expect(tokens.scope).toBe('projects:read')
  })

  it('after ten minutes still takes the refusal to the app', async () => {
    const { browser, integration } = await createWorld()
    const { page, state } = await open(browser, integration)
    advance(TEN_MINUTES)
    const { location } = await answerConsent(browser, page, { decision: 'deny' })
    expect(Object.fromEntries(new URL(location ?? '').searchParams)).toMatchObject({
      error: 'access_denied',
      iss: ISSUER,
      state,
    })
  })

  it('by somebody who signed out meanwhile leads to the sign-in page and back', async () => {
    const { browser, integration } = await createWorld()
    const { page } = await open(browser, integration)
    browser.setCookie('postern-session', 'ended')
    const { location } = await answerConsent(browser, page)
    const returnTo = new URL(location ?? '').searchParams.get('return_to') ?? ''
    await signIn(browser, newEmail())
    expect(new URL(returnTo, ISSUER).searchParams.get('client_id')).toBe(integration.client.client_id)
  })

  it('by another account is a page for that account, and grants nothing before it is sent', async () => {
    const { browser, integration, app } = await createWorld(PUBLIC_SETTINGS)
    await fulfilPublicRequirements(app.clientId)
    await changeByHand("UPDATE apps SET visibility = 'public' WHERE client_id = ?", app.clientId)
    const { page } = await open(browser, integration)
    const email = newEmail()
    browser.setCookie('postern-session', 'ended')
    await signIn(browser, email)

    const fresh = await answerConsent(browser, page)

    expect(fresh).toMatchObject({ status: 409, location: null })
    expect(fresh.html).toContain(`You are signed in as ${email} by now`)
    const organization = /name="organization" value="([^"]+)"/.exec(fresh.html)?.[1]
    expect(organization).not.toBe(app.organizationId)
    const { location } = await answerConsent(browser, fresh)
    expect(new URL(location ?? '').searchParams.has('code')).toBe(true) // control
  })

  it('shows no dead code: when the code has ended, the page is asked anew', async () => {
    const { browser, integration } = await createWorld()
    const { page } = await open(browser, integration)
    const first = await answerConsent(browser, page)
    expect((await answerConsent(browser, page)).location).toBe(first.location) // control
    advance(61)
    expect(await answerConsent(browser, page)).toMatchObject({ status: 409, location: null })
  })
})

describe('what the developer promises', () => {
  const policy_uri = 'https://legal.example/privacy'
  const tos_uri = 'https://terms.example/'

  it('is linked where people decide, with its host, and opens beside the page', async () => {
    const { browser, integration } = await createWorld({ ...SETTINGS, policy_uri, tos_uri })
    const { page } = await open(browser, integration)
    for (const text of [
      `<a href="${policy_uri}" target="_blank" rel="noopener noreferrer nofollow">`,
      'legal.example',
      tos_uri,
    ]) {
      expect(page.html).toContain(text)
    }
    await connect(browser, integration)
    const connections = await browser.get('/connections')
    expect(connections.html).toContain(`<a href="${policy_uri}"`)
  })

  it('is not mentioned when there is none (control)', async () => {
    const { browser, integration } = await createWorld()
    expect((await open(browser, integration)).page.html).not.toContain('Privacy policy')
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
    await changeByHand("UPDATE apps SET client_name = 'Renamed' WHERE client_id = ?", app.clientId)
    expect((await open(browser, integration)).page.status).toBe(200)
    await changeByHand("UPDATE apps SET client_name = 'Test app' WHERE client_id = ?", app.clientId)
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
    // Nobody vouches for this app yet: a link, and no redirect (test/attacks/unwanted-redirect.test.ts).
    expect(await nobody.text()).toContain('login_required')

    await connect(browser, integration)
    const { page: skipped } = await open(browser, integration, { prompt: 'none' })
    expect(new URL(skipped.location ?? '').searchParams.has('code')).toBe(true)
  })
})
