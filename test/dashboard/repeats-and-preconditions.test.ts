import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { anApp, Developer } from '../support/workers/developer.ts'

let developer: Developer

beforeAll(async () => {
  developer = await Developer.signIn()
})

const newKey = () => crypto.randomUUID()

function create(key: string, fields: object = {}, by = developer) {
  return by.call('POST', '/api/v1/apps', anApp(fields), { 'Idempotency-Key': key })
}

describe('a creation with an Idempotency-Key', () => {
  it('is one app, whose secret is shown once', async () => {
    const key = newKey()
    const first = await create(key)
    const again = await create(key)
    expect(first.body.client_secret).toMatch(/^pst_secret_/)
    expect(again.status).toBe(201)
    expect(again.body.client_id).toBe(first.body.client_id)
    expect(again.body).not.toHaveProperty('client_secret')
    expect((await create(newKey())).body.client_id).not.toBe(first.body.client_id) // control
  })

  it('refuses the key for anything else, also in another organization', async () => {
    const key = newKey()
    await create(key)
    const other = await create(key, { client_name: 'Something else' })
    expect(other.status).toBe(422)
    expect(other.body.type).toContain('idempotency-key-reused')
    const organizationId = await developer.join('owner')
    expect((await create(key, { organization_id: organizationId })).status).toBe(422)
  })

  it('does not know the keys of others', async () => {
    const key = newKey()
    const mine = await create(key)
    const theirs = await create(key, {}, await Developer.signIn())
    expect(theirs.body.client_id).not.toBe(mine.body.client_id)
    expect(theirs.body.client_secret).toMatch(/^pst_secret_/)
  })

  it('is not held against a creation that was refused', async () => {
    const key = newKey()
    expect((await create(key, { redirect_uris: ['javascript:alert(1)'] })).status).toBe(422)
    expect((await create(key)).status).toBe(201)
  })

  it('is forgotten after a day', async () => {
    const key = newKey()
    const first = await create(key)
    await env.DB.prepare('UPDATE idempotency_keys SET created_at = created_at - 86400 WHERE client_id = ?')
      .bind(first.body.client_id)
      .run()
    const later = await create(key, { client_name: 'A day later' })
    expect(later.status).toBe(201)
    expect(later.body.client_id).not.toBe(first.body.client_id)
  })

  it.each(['', 'a'.repeat(256), 'two words'])('needs a key that is one: %j', async (key) => {
    const { status, body } = await create(key)
    expect(key === '' ? 201 : 400).toBe(status) // an empty header is none
    if (status === 400) expect(body.detail).toContain('Idempotency-Key')
  })

  it('keeps the key as a hash', async () => {
    const key = newKey()
    await create(key)
    const { results } = await env.DB.prepare('SELECT * FROM idempotency_keys').all()
    expect(JSON.stringify(results).includes(key)).toBe(false)
  })
})

describe('a change with If-Match', () => {
  const change = (clientId: string, name: string, ifMatch: string | null) =>
    developer.call('PATCH', `/api/v1/apps/${clientId}`, { client_name: name }, { 'If-Match': ifMatch })

  it('of two people editing one app loses no update', async () => {
    const { client_id: clientId } = await developer.registerApp()
    const read = await developer.call('GET', `/api/v1/apps/${clientId}`)
    const tag = read.headers.get('ETag')
    const first = await change(clientId, 'First', tag)
    expect(first.status).toBe(200)
    const second = await change(clientId, 'Second', tag)
    expect(second.status).toBe(412)
    expect(second.body.type).toContain('precondition-failed')
    const now = await developer.call('GET', `/api/v1/apps/${clientId}`)
    expect(now.body).toMatchObject({ client_name: 'First' })
    expect(now.headers.get('ETag')).toBe(first.headers.get('ETag'))
    expect((await change(clientId, 'Second', now.headers.get('ETag'))).status).toBe(200) // control
  })

  it.each([
    ['*', 200],
    ['"999", "1"', 200],
    ['W/"1"', 200], // a proxy that compressed the answer made it weak
    ['W/"2"', 412],
    ['w/"1"', 412],
    ['"1', 412],
    ['nonsense', 412],
  ])('%s answers %i at the first version', async (ifMatch, status) => {
    const { client_id: clientId } = await developer.registerApp()
    expect((await change(clientId, 'Changed', ifMatch)).status).toBe(status)
  })

  it('guards deletion as well', async () => {
    const { client_id: clientId } = await developer.registerApp()
    const path = `/api/v1/apps/${clientId}`
    expect((await developer.call('DELETE', path, undefined, { 'If-Match': '"7"' })).status).toBe(412)
    expect((await developer.call('DELETE', path, undefined, { 'If-Match': '"1"' })).status).toBe(204)
    expect((await developer.call('DELETE', path, undefined, { 'If-Match': '"2"' })).status).toBe(404)
  })

  it('is what the settings page sends', async () => {
    const { client_id: clientId } = await developer.registerApp()
    const path = `/developer/apps/${clientId}/settings`
    const fields = { client_name: 'By form', redirect_uris: 'https://app.example.com/callback' }
    const form = await developer.browser.get(path)
    await change(clientId, 'By API', null)
    const late = await developer.browser.submit(form, fields)
    expect(late.status).toBe(422)
    expect(late.html).toContain('Somebody changed it meanwhile')
    const fresh = await developer.browser.submit(await developer.browser.get(path), fields)
    expect(fresh.status).toBe(303)
  })
})

it('registers one app for one form, however often it is sent', async () => {
  const form = await developer.browser.get('/developer/apps/new/server')
  const fields = { client_name: 'Sent twice', redirect_uris: 'https://app.example.com/callback' }
  const first = await developer.browser.submit(form, fields)
  const second = await developer.browser.submit(form, fields)
  const idOf = (html: string) => /app_[\w-]{20}/.exec(html)?.[0]
  expect(second.status).toBe(201)
  expect(idOf(second.html)).toBe(idOf(first.html))
  const secretOf = (html: string) => /pst_secret_[\w-]+/.exec(html)?.[0]
  expect(secretOf(second.html)).toBe(secretOf(first.html) ?? 'none')

  // From another copy of the page, the key still finds the app, whose secret is not kept.
  const elsewhere = await developer.browser.submit(form, { ...fields, once: 'another-copy-of-the-page' })
  expect(idOf(elsewhere.html)).toBe(idOf(first.html))
  expect(elsewhere.html.includes('pst_secret_')).toBe(false)
  expect(elsewhere.html).toContain('sent before')
})
