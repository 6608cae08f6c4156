import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { changeByHand } from '../support/workers/by-hand.ts'
import { anApp, Developer } from '../support/workers/developer.ts'

describe('registering an app', () => {
  it('answers 201 with the defaults of RFC 7591, an address, and the secret once', async () => {
    const developer = await Developer.signIn()
    const { status, headers, body } = await developer.call('POST', '/api/v1/apps', anApp())

    expect(status).toBe(201)
    expect(body).toMatchObject({
      client_id: expect.stringMatching(/^app_/),
      organization_id: expect.stringMatching(/^org_/),
      client_name: 'Release notes',
      redirect_uris: ['https://app.example.com/callback'],
      grant_types: ['authorization_code'],
      token_endpoint_auth_method: 'client_secret_basic',
      scopes: [],
      optional_scopes: [],
      client_uri: null,
      contacts: [],
      visibility: 'private',
      client_secret: expect.stringMatching(/^pst_secret_[\w-]{65}$/),
      client_secret_expires_at: 0,
      created_at: expect.any(Number),
      updated_at: expect.any(Number),
      version: 1,
    })
    expect(headers.get('Location')).toBe(`http://localhost:8787/api/v1/apps/${body.client_id}`)
    expect(headers.get('Cache-Control')).toBe('no-store, no-transform')

    const read = await developer.call('GET', `/api/v1/apps/${body.client_id}`)
    expect(read.status).toBe(200)
    expect(read.body).not.toHaveProperty('client_secret')
    expect(read.body.client_id).toBe(body.client_id)
  })

  it('gives a public app no secret', async () => {
    const developer = await Developer.signIn()
    const app = await developer.registerApp({ token_endpoint_auth_method: 'none' })
    expect(app).not.toHaveProperty('client_secret')
    const { body } = await developer.call('GET', `/api/v1/apps/${app.client_id}/secrets`)
    expect(body.items).toEqual([])
  })

  it('keeps only the hash of the secret', async () => {
    const developer = await Developer.signIn()
    const app = await developer.registerApp()
    const row = await env.DB.prepare('SELECT * FROM app_secrets WHERE client_id = ?').bind(app.client_id).first()
    expect(row).not.toBeNull()
    expect(JSON.stringify(row)).not.toContain(app.client_secret)
  })

  it('registers for scopes of the catalogue, trims the name, and keeps every setting', async () => {
    const developer = await Developer.signIn()
    const fields = {
      client_name: '  Ünïcode ✓ name ',
      redirect_uris: ['http://localhost/cb', 'com.example.app:/cb'],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
      scopes: ['apps:read'],
      optional_scopes: ['apps:write'],
      client_uri: 'https://app.example.com/',
      policy_uri: 'https://app.example.com/privacy',
      tos_uri: 'https://app.example.com/terms',
      contacts: ['dev@example.com'],
      visibility: 'private',
    }
    const app = await developer.registerApp(fields)
    const { body } = await developer.call('GET', `/api/v1/apps/${app.client_id}`)
    expect(body).toMatchObject({ ...fields, client_name: 'Ünïcode ✓ name' })
  })
})

describe('changing an app', () => {
  it('changes what is named, clears with null, and leaves the rest', async () => {
    const developer = await Developer.signIn()
    const app = await developer.registerApp({ client_uri: 'https://app.example.com/', scopes: ['apps:read'] })
    const path = `/api/v1/apps/${app.client_id}`
    const changed = await developer.call('PATCH', path, { client_name: 'New name', client_uri: null })
    expect(changed.status).toBe(200)
    expect(changed.body).toMatchObject({ client_name: 'New name', client_uri: null, scopes: ['apps:read'] })
    expect(changed.body).not.toHaveProperty('client_secret')
    expect((await developer.call('GET', path)).body).toEqual(changed.body)
  })

  it('writes only what differs, so that two changes at once both stand', async () => {
    const developer = await Developer.signIn()
    const path = `/api/v1/apps/${(await developer.registerApp()).client_id}`
    const answers = await Promise.all([
      developer.call('PATCH', path, { client_name: 'Renamed' }),
      developer.call('PATCH', path, { contacts: ['dev@example.com'] }),
    ])
    expect(answers.map((answer) => answer.status)).toEqual([200, 200])
    expect((await developer.call('GET', path)).body).toMatchObject({
      client_name: 'Renamed',
      contacts: ['dev@example.com'],
    })
  })

  it('moves between Basic and body, but not between public and confidential', async () => {
    const developer = await Developer.signIn()
    const path = `/api/v1/apps/${(await developer.registerApp()).client_id}`
    const toPost = await developer.call('PATCH', path, { token_endpoint_auth_method: 'client_secret_post' })
    expect(toPost.status).toBe(200)
    const toPublic = await developer.call('PATCH', path, { token_endpoint_auth_method: 'none' })
    expect(toPublic.status).toBe(422)
    expect(toPublic.body.errors).toMatchObject([{ pointer: '/token_endpoint_auth_method' }])
  })

  it('holds a change to the rules of registration, across old and new settings', async () => {
    const developer = await Developer.signIn()
    const path = `/api/v1/apps/${(await developer.registerApp({ scopes: ['apps:read'] })).client_id}`
    const overlap = await developer.call('PATCH', path, { optional_scopes: ['apps:read'] })
    expect(overlap.body.errors).toMatchObject([{ pointer: '/optional_scopes/0' }])
    const scheme = await developer.call('PATCH', path, { redirect_uris: ['com.example.app:/cb'] })
    expect(scheme.body.errors).toMatchObject([{ pointer: '/redirect_uris/0' }])
    const moved = await developer.call('PATCH', path, { scopes: [], optional_scopes: ['apps:read'] })
    expect(moved.status).toBe(200)
  })

  it('lets an app keep a scope that left the catalogue', async () => {
    const developer = await Developer.signIn()
    const app = await developer.registerApp()
    await changeByHand(`UPDATE apps SET scopes = '["gone:read"]' WHERE client_id = ?`, app.client_id)
    const path = `/api/v1/apps/${app.client_id}`
    expect((await developer.call('PATCH', path, { client_name: 'Still here' })).status).toBe(200)
    expect((await developer.call('PATCH', path, { scopes: ['gone:write'] })).status).toBe(422)
  })
})

describe('deleting an app', () => {
  it('hides it, ends its secrets, and never gives its client_id back', async () => {
    const developer = await Developer.signIn()
    const app = await developer.registerApp()
    const path = `/api/v1/apps/${app.client_id}`
    expect((await developer.call('DELETE', path)).status).toBe(204)

    expect((await developer.call('GET', path)).status).toBe(404)
    expect((await developer.call('PATCH', path, { client_name: 'Back' })).status).toBe(404)
    expect((await developer.call('DELETE', path)).status).toBe(404)
    expect((await developer.call('GET', '/api/v1/apps')).body.items).toEqual([])
    const row = await env.DB.prepare(
      `SELECT apps.deleted_at AS app, app_secrets.deleted_at AS secret
         FROM apps JOIN app_secrets USING (client_id) WHERE client_id = ?`,
    )
      .bind(app.client_id)
      .first()
    expect(row).toEqual({ app: expect.any(Number), secret: expect.any(Number) })
  })
})

describe('the audit log', () => {
  it('tells of each change once, and of none that did not happen', async () => {
    const developer = await Developer.signIn()
    const app = await developer.registerApp()
    const path = `/api/v1/apps/${app.client_id}`
    await developer.call('PATCH', path, { client_name: 'Renamed' })
    await developer.call('PATCH', path, { client_name: 'Renamed' })
    const created = await developer.call('POST', `${path}/secrets`, { name: 'Second' })
    await developer.call('POST', `${path}/secrets`, { name: 'Third' })
    await developer.call('DELETE', `${path}/secrets/${created.body.id}`)
    await Promise.all([developer.call('DELETE', path), developer.call('DELETE', path)])

    const { results } = await env.DB.prepare(
      'SELECT event, actor, organization_id FROM audit_events WHERE client_id = ?',
    )
      .bind(app.client_id)
      .all()
    const events = ['app.created', 'app.deleted', 'app.updated', 'secret.created', 'secret.created', 'secret.deleted']
    expect(results.map((row) => row.event).sort()).toEqual(events)
    for (const row of results) {
      expect(row).toMatchObject({ actor: developer.accountId, organization_id: app.organization_id })
    }
  })
})
