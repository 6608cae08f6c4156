import { env } from 'cloudflare:workers'
import { beforeAll, expect, it } from 'vitest'
import { Browser } from '../support/browser.ts'
import { Developer } from '../support/workers/developer.ts'
import { addressOf, newOrganization, newPublicApp, newUser, personalOf } from '../support/workers/leaving.ts'
import { createApi, ISSUER, transport } from '../support/workers/world.ts'

let developer: Developer
let person: Developer
let text: string
let clientId: string
let organizationId: string

beforeAll(async () => {
  await createApi()
  developer = await Developer.signIn()
  person = await Developer.signIn()
  const app = await newPublicApp(developer)
  clientId = app.app.clientId
  await newUser(app, person)
  organizationId = (await newOrganization(developer, 'Globex')).id
  const invitation = { email: await addressOf(person.accountId), role: 'member' }
  await developer.call('POST', `/api/v1/organizations/${organizationId}/invitations`, invitation)
  await person.join('admin', organizationId)
  const sent = { email: 'friend@example.com', role: 'member' }
  await person.call('POST', `/api/v1/organizations/${organizationId}/invitations`, sent)
  await env.DB.prepare(
    `INSERT INTO access_requests (id, organization_id, client_id, account_id, reason, created_at)
     VALUES ('req_1', ?, ?, ?, 'For our release notes.', 7)`,
  )
    .bind(organizationId, clientId, person.accountId)
    .run()
  await person.registerApp({ client_name: 'Of my own' })
  text = (await person.browser.get('/account/export')).html
})

it('holds what is stored about the person, as a file', async () => {
  const page = await person.browser.get('/account/export')
  expect(page.headers.get('Content-Disposition')).toMatch(/^attachment; filename="postern-account-.*\.json"$/)
  const exported = JSON.parse(page.html)
  const email = await addressOf(person.accountId)
  expect(exported).toMatchObject({
    account: { id: person.accountId, email },
    sessions: [{ method: 'email_code', user_agent: expect.stringContaining('Chrome') }],
    organizations: [
      { id: await personalOf(person.accountId), personal: true, role: 'owner' },
      { id: organizationId, name: 'Globex', role: 'admin' },
    ],
    grants: [{ client_id: clientId, scopes: ['profile:read', 'projects:read'], created_at: expect.any(Number) }],
    access_requests: [{ client_id: clientId, reason: 'For our release notes.', state: 'open' }],
    invitations: {
      received: [{ organization_id: organizationId, email, role: 'member' }],
      sent: [{ email: 'friend@example.com' }],
    },
  })
  const events = exported.audit_events.map(({ event }: { event: string }) => event)
  expect(events).toEqual(expect.arrayContaining(['session.signed_in', 'invitation.created', 'app.created']))
})

it('is the same by the API', async () => {
  const { status, body } = await person.call('GET', `/api/v1/accounts/${person.accountId}/export`)
  expect(status).toBe(200)
  const { exported_at: _at, ...rest } = JSON.parse(text)
  expect(body).toMatchObject(rest)
})

it('holds no secret, no hash and no id of a session, and nobody else', async () => {
  const stored = await Promise.all(
    ['SELECT id_hash FROM sessions', 'SELECT secret_hash FROM app_secrets', 'SELECT token_hash FROM invitations'].map(
      async (sql) => (await env.DB.prepare(sql).all<Record<string, string>>()).results.flatMap(Object.values),
    ),
  )
  for (const credentials of stored) {
    expect(credentials.length).toBeGreaterThan(0) // control
    for (const credential of credentials) expect(text).not.toContain(credential)
  }
  expect(text).not.toMatch(/pst_(rt|code|secret)_|"address"|hash/i)
  expect(text).not.toContain(await addressOf(developer.accountId))
  const { html } = await developer.browser.get('/account/export')
  expect(html).toContain(await addressOf(developer.accountId)) // control: it is in their own
  expect(html).not.toContain('For our release notes.')
})

it('is for somebody who is signed in', async () => {
  const nobody = new Browser(transport, ISSUER)
  expect((await nobody.get('/account/export')).location).toContain('/sign-in')
  const stranger = await Developer.signIn()
  const { html } = await stranger.browser.get('/account/export')
  expect(JSON.parse(html).grants).toEqual([])
})
