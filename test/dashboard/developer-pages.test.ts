import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Page } from '../support/browser.ts'
import { Developer } from '../support/workers/developer.ts'
import { fulfilPublicRequirements } from '../support/workers/publish.ts'
import { createApi } from '../support/workers/world.ts'

const REGISTRATION = {
  client_name: 'Release notes',
  redirect_uris: 'https://app.example.com/callback\nhttps://app.example.com/second',
  'scope:projects:read': 'required',
  'scope:projects:write': 'optional',
  refresh_token: 'yes',
  contacts: 'dev@example.com',
}

/** As a browser sends a form: what stands in it already, and what somebody typed. */
async function register(developer: Developer, fields: object = {}, kind = 'server'): Promise<Page> {
  const form = await developer.browser.get(`/developer/apps/new/${kind}`)
  return developer.browser.submit(form, { ...REGISTRATION, ...fields })
}

async function registeredApp(developer: Developer, kind = 'server') {
  const { html } = await register(developer, {}, kind)
  return { clientId: /app_[\w-]{20}/.exec(html)?.[0] ?? '', secret: /pst_secret_[\w-]+/.exec(html)?.[0] }
}

let developer: Developer

beforeAll(async () => {
  await createApi()
  developer = await Developer.signIn()
})

it('leads strangers to the sign-in page and back', async () => {
  const stranger = await Developer.signIn()
  stranger.browser.setCookie('postern-session', 'nobody')
  const page = await stranger.browser.get('/developer/apps/new?organization=org_x')
  expect(page.status).toBe(303)
  expect(new URL(page.location ?? '').searchParams.get('return_to')).toBe('/developer/apps/new?organization=org_x')
})

describe('registering', () => {
  it('registers what the API would, and shows the secret once', async () => {
    const page = await register(developer)
    expect(page.status).toBe(201)
    expect(page.headers.get('Cache-Control')).toBe('no-store')
    const clientId = /app_[\w-]{20}/.exec(page.html)?.[0] ?? ''
    const { body } = await developer.call('GET', `/api/v1/apps/${clientId}`)
    expect(body).toMatchObject({
      client_name: 'Release notes',
      redirect_uris: ['https://app.example.com/callback', 'https://app.example.com/second'],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'client_secret_basic',
      scopes: ['projects:read'],
      optional_scopes: ['projects:write'],
      contacts: ['dev@example.com'],
      client_uri: null,
    })
    const secret = /pst_secret_[\w-]+/.exec(page.html)?.[0] ?? 'none'
    const again = await developer.browser.get(`/developer/apps/${clientId}`)
    expect(again.status).toBe(200)
    expect(again.html.includes(secret)).toBe(false)
  })

  it.each(['browser', 'native', 'cli'])('gives an app of the kind %s no secret', async (kind) => {
    const page = await register(developer, {}, kind)
    expect(page.status).toBe(201)
    expect(page.html.includes('pst_secret_')).toBe(false)
  })

  it('shows what is wrong next to the field, and keeps what was typed', async () => {
    const page = await register(developer, {
      client_name: 'Kept name',
      redirect_uris: 'https://app.example.com/callback\nhttps://app.example.com/*',
    })
    expect(page.status).toBe(422)
    expect(page.html).toMatch(/id="redirect_uris-problem"[\s\S]*?Line 2: Wildcards are not allowed/)
    expect(page.html).toContain('value="Kept name"')
    expect(page.html).toContain('https://app.example.com/*</textarea>')
    expect(page.html).toMatch(/name="scope:projects:read"[\s\S]*?value="required" selected/)
  })

  it('shows what the schema refuses, too', async () => {
    const page = await register(developer, { contacts: 'dev@example.com\nnobody' })
    expect(page.status).toBe(422)
    expect(page.html).toMatch(/id="contacts-problem"[\s\S]*?Line 2: This is not an e-mail address/)
  })

  it('refuses a form that this session was not shown', async () => {
    const other = await Developer.signIn()
    const page = await other.browser.get('/developer/apps/new/server')
    const foreign = { ...REGISTRATION, form_token: /name="form_token" value="([^"]+)"/.exec(page.html)?.[1] ?? '' }
    const answer = await developer.browser.post('/developer/apps/new/server', foreign)
    expect(answer.status).toBe(403)
    expect((await other.browser.post('/developer/apps/new/server', foreign)).status).toBe(201) // control
  })

  it('escapes what developers type', async () => {
    const page = await register(developer, { client_name: '<img src=x>' })
    expect(page.html).toContain('&lt;img src=x&gt; is registered')
    expect(page.html).not.toContain('<img src=x>')
  })
})

describe('an app', () => {
  it('is listed with its organization, and there for its members only', async () => {
    const { clientId } = await registeredApp(developer)
    expect((await developer.browser.get('/developer')).html).toContain(clientId)
    const other = await Developer.signIn()
    expect((await other.browser.get('/developer')).html).not.toContain(clientId)
    for (const page of ['', '/settings', '/secrets', '/delete']) {
      expect((await other.browser.get(`/developer/apps/${clientId}${page}`)).status).toBe(404)
    }
  })

  it('may be seen and not changed by a member without the role', async () => {
    const organizationId = await developer.join('owner')
    const app = await developer.registerApp({ organization_id: organizationId })
    const member = await Developer.signIn()
    await member.join('member', organizationId)
    const settings = await member.browser.get(`/developer/apps/${app.client_id}/settings`)
    expect(settings.status).toBe(200)
    expect(settings.html).toContain('not change them')
    expect((await member.browser.submit(settings, REGISTRATION)).status).toBe(403)
    expect((await member.browser.get(`/developer/apps/${app.client_id}/delete`)).status).toBe(403)
    const own = await developer.browser.get(`/developer/apps/${app.client_id}/settings`)
    expect((await developer.browser.submit(own, REGISTRATION)).status).toBe(303) // control
  })

  it('shows tokens per day, refusals in words, and a quick start without a secret', async () => {
    const { clientId, secret = 'none' } = await registeredApp(developer)
    const today = Math.floor(Date.now() / 86_400_000)
    const count = env.DB.prepare('INSERT INTO usage_counts (client_id, day, grant_type, tokens) VALUES (?, ?, ?, ?)')
    await env.DB.batch([
      count.bind(clientId, today, 'authorization_code', 3),
      count.bind(clientId, today - 1, 'refresh_token', 4),
      count.bind(clientId, today - 30, 'refresh_token', 1000), // before the first day shown
      env.DB.prepare(
        `INSERT INTO token_errors (client_id, at, grant_type, error, reason)
         VALUES (?, unixepoch(), 'authorization_code', 'invalid_grant', 'code_verifier_mismatch')`,
      ).bind(clientId),
    ])
    const { html } = await developer.browser.get(`/developer/apps/${clientId}`)
    expect(html).toContain('7 tokens in 30 days')
    expect(html).toContain('code_verifier does not match')
    expect(html).toContain('code_verifier_mismatch')
    expect(html).toContain(`new URL(&#39;http://localhost:8787&#39;), &#39;${clientId}&#39;`)
    expect(html.includes(secret)).toBe(false)
  })

  it('lets no redirect URI out of its string in a quick start', async () => {
    const hostile = "https://app.example.com/it's$(id)'back"
    const app = await developer.registerApp({ redirect_uris: [hostile] })
    const { html } = await developer.browser.get(`/developer/apps/${app.client_id}`)
    const shown = html.replaceAll('&#39;', "'").replaceAll('&quot;', '"')
    expect(shown).toContain(String.raw`--data-urlencode 'redirect_uri=https://app.example.com/it'\''s$(id)'\''back'`)
    expect(shown).toContain(`const redirect_uri = ${JSON.stringify(hostile)}`)
  })

  it('is deleted only after it was asked', async () => {
    const { clientId } = await registeredApp(developer)
    const asking = await developer.browser.get(`/developer/apps/${clientId}/delete`)
    expect(asking.html).toContain('Delete Release notes?')
    expect((await developer.call('GET', `/api/v1/apps/${clientId}`)).status).toBe(200) // control
    expect((await developer.browser.submit(asking, {})).status).toBe(303)
    expect((await developer.call('GET', `/api/v1/apps/${clientId}`)).status).toBe(404)
  })
})

describe('secrets', () => {
  it('are created beside the first, and deleted with a warning at the last', async () => {
    const { clientId } = await registeredApp(developer)
    const path = `/developer/apps/${clientId}/secrets`
    const created = await developer.browser.submit(await developer.browser.get(path), {
      name: 'EU servers',
      expires: '2027-10-01',
    })
    expect(created.status).toBe(201)
    expect(created.html).toMatch(/pst_secret_[\w-]+/)
    const both = await developer.call('GET', `/api/v1/apps/${clientId}/secrets`)
    expect(both.body.items).toMatchObject([
      { name: 'First secret', expires_at: null },
      { name: 'EU servers', expires_at: Date.UTC(2027, 9, 1, 23, 59, 59) / 1000 },
    ])
    expect((await developer.browser.get(path)).html).not.toContain('Create a secret') // two are the most

    const [first, second] = both.body.items
    const asking = await developer.browser.get(`${path}/${first?.id}/delete`)
    expect(asking.html).not.toContain('last secret')
    await developer.browser.submit(asking, {})
    const last = await developer.browser.get(`${path}/${second?.id}/delete`)
    expect(last.html).toContain('last secret of this app')
  })

  it('say what is wrong with them', async () => {
    const { clientId } = await registeredApp(developer)
    const path = `/developer/apps/${clientId}/secrets`
    const page = await developer.browser.submit(await developer.browser.get(path), { name: '', expires: '2020-01-01' })
    expect(page.status).toBe(422)
    expect(page.html).toContain('A name has at least one character.')
    const past = await developer.browser.submit(await developer.browser.get(path), { name: 'A', expires: '2020-01-01' })
    expect(past.html).toMatch(/id="expires-problem"[\s\S]*?in the past/)
  })

  it('are not for whoever finds a browser signed in long ago', async () => {
    const { clientId } = await registeredApp(developer)
    const path = `/developer/apps/${clientId}/secrets`
    const form = await developer.browser.get(path)
    expect(form.status).toBe(200) // control
    await env.DB.prepare('UPDATE sessions SET signed_in_at = signed_in_at - 3600 WHERE account_id = ?')
      .bind(developer.accountId)
      .run()
    expect((await developer.browser.submit(form, { name: 'Found' })).location).toContain('/sign-in?')
    expect((await developer.call('GET', `/api/v1/apps/${clientId}/secrets`)).body.items).toHaveLength(1)
    await env.DB.prepare('UPDATE sessions SET signed_in_at = unixepoch() WHERE account_id = ?')
      .bind(developer.accountId)
      .run()
  })
})

describe('moving the homepage', () => {
  const NEW_HOME = { client_uri: 'https://new.example.com/' }

  async function verifiedApp() {
    const { clientId } = await registeredApp(developer)
    const domain = 'app.example.com'
    await developer.call('PATCH', `/api/v1/apps/${clientId}`, { client_name: `Home ${clientId}` })
    await fulfilPublicRequirements(clientId, domain)
    const settings = () => developer.browser.get(`/developer/apps/${clientId}/settings`)
    const read = async () => Object((await developer.call('GET', `/api/v1/apps/${clientId}`)).body)
    const typed = { ...REGISTRATION, client_name: `Home ${clientId}`, logo_uri: `https://${domain}/logo.png` }
    return { clientId, settings, read, typed }
  }

  it('of a public app is asked about first, and then ends what was said', async () => {
    const { clientId, settings, read, typed } = await verifiedApp()
    await developer.call('PATCH', `/api/v1/apps/${clientId}`, { visibility: 'public' })

    const asked = await developer.browser.submit(await settings(), { ...typed, ...NEW_HOME })

    expect(asked).toMatchObject({ status: 422, location: null })
    for (const text of ['Nothing is saved yet', 'not verified any more', 'not public any more', NEW_HOME.client_uri]) {
      expect(asked.html).toContain(text)
    }
    expect(await read()).toMatchObject({ visibility: 'public', publisher: { state: 'verified' } })
    const other = await developer.browser.submit(asked, { ...typed, client_uri: 'https://other.example.com/' })
    expect(other.html).toContain('Nothing is saved yet') // asked for another host, not this one
    const moved = await developer.browser.submit(asked, { ...typed, ...NEW_HOME })
    expect(moved.location).toContain('done=saved')
    expect(await read()).toMatchObject({ ...NEW_HOME, visibility: 'private', publisher: { state: 'unverified' } })
  })

  it('of a private app with a verified publisher is asked about as well', async () => {
    const { settings, read, typed } = await verifiedApp()
    const asked = await developer.browser.submit(await settings(), { ...typed, ...NEW_HOME })
    expect(asked.html).toContain('not verified any more')
    expect(asked.html).not.toContain('not public any more')
    await developer.browser.submit(asked, { ...typed, ...NEW_HOME })
    expect(await read()).toMatchObject({ publisher: { state: 'unverified' } })
  })

  it('within its host is not asked about (control)', async () => {
    const { settings, typed } = await verifiedApp()
    const page = { ...typed, client_uri: 'https://app.example.com/elsewhere' }
    expect((await developer.browser.submit(await settings(), page)).location).toContain('done=saved')
  })
})
