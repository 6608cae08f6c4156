import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Tool } from '../support/workers/api-token.ts'
import { connect, refreshWith } from '../support/workers/connect.ts'
import { type Answer, callAnonymously, Developer } from '../support/workers/developer.ts'
import { readToken } from '../support/workers/forge.ts'
import { API, basic, createApi, createWorld, postForm } from '../support/workers/world.ts'

const RESOURCE = { identifier: 'https://notes.example.com', name: 'Notes API' }
const SCOPE = {
  name: 'notes:read',
  resource: RESOURCE.identifier,
  title: 'See notes',
  description: 'See the notes of the organizations you choose.',
  target: 'organization',
}
const at = (identifier: string) => `/api/v1/resources/${encodeURIComponent(identifier)}`

let operator: Developer
let developer: Developer

beforeAll(async () => {
  await createApi()
  operator = await Developer.signIn('operator@example.com')
  developer = await Developer.signIn()
  expect((await operator.call('POST', '/api/v1/resources', RESOURCE)).status).toBe(201)
  expect((await operator.call('POST', '/api/v1/scopes', SCOPE)).status).toBe(201)
})

describe('who keeps the catalogue', () => {
  const changes = [
    ['GET', '/api/v1/resources', undefined],
    ['POST', '/api/v1/resources', { identifier: 'https://other.example.com', name: 'Other' }],
    ['PATCH', at(RESOURCE.identifier), { name: 'Notes' }],
    ['POST', `${at(RESOURCE.identifier)}/credentials`, undefined],
    ['POST', '/api/v1/scopes', { ...SCOPE, name: 'notes:list' }],
    ['PATCH', '/api/v1/scopes/notes:read', { title: 'Read notes' }],
    ['DELETE', '/api/v1/scopes/notes:list', undefined],
  ] as const

  it.each(changes)('%s %s is for operators, signed in lately, by session', async (method, path, body) => {
    expect((await developer.call(method, path, body)).status).toBe(403)
    expect((await callAnonymously(path, { method })).status).toBe(401)
    const tool = await Tool.connect(operator, { organizations: [await operator.join('owner')] })
    expect((await tool.call(method, path, body)).status).toBe(403)
    if (method !== 'GET') {
      await signInAged(operator, 3600)
      expect((await operator.call(method, path, body)).body.type).toContain('sign-in-too-old')
      await signInAged(operator, 0)
    }
    expect((await operator.call(method, path, body)).status).toBeLessThan(300) // control
  })

  it('lets everybody read the scopes', async () => {
    const { status, body } = await developer.call('GET', '/api/v1/scopes')
    expect(status).toBe(200)
    expect(body.items).toContainEqual({
      ...SCOPE,
      title: expect.any(String),
      open_to: 'everyone',
      sensitive: false,
      deprecated: false,
      replaced_by: null,
    })
  })
})

describe('a resource', () => {
  it.each([
    ['http://api.example.com', 'https'],
    ['https://api.example.com#part', 'fragment'],
    ['https://user@api.example.com', 'user name'],
    ['api', 'absolute URI'],
  ])('is not called %s', async (identifier, rule) => {
    const { status, body } = await operator.call('POST', '/api/v1/resources', { ...RESOURCE, identifier })
    expect(status).toBe(422)
    expect(body.errors).toEqual([{ pointer: '/identifier', detail: expect.stringContaining(rule) }])
  })

  it('is there once', async () => {
    expect((await operator.call('POST', '/api/v1/resources', RESOURCE)).status).toBe(409)
  })

  it('gets new credentials that end the old ones', async () => {
    const { browser, integration } = await createWorld()
    const first = await newCredentials(API.identifier)
    const { access_token: accessToken } = await connect(browser, integration)
    expect(await introspectAs(first, accessToken)).toMatchObject({ active: true })
    const second = await newCredentials(API.identifier)
    expect((await introspectAs(first, accessToken)).error).toBe('invalid_client')
    expect(await introspectAs(second, accessToken)).toMatchObject({ active: true })
  })

  it('signs with another algorithm and for another time from the next token on', async () => {
    const world = await createWorld()
    const tokens = await connect(world.browser, world.integration)
    expect(readToken(tokens.access_token).header.alg).toBe('ES256')
    await operator.call('PATCH', at(API.identifier), { signing_alg: 'EdDSA', access_token_ttl_seconds: 120 })
    const refreshed = await refreshWith(tokens.refresh_token, world.app)
    expect(refreshed).toMatchObject({ status: 200, expires_in: 120 })
    expect(readToken(refreshed.access_token ?? '').header.alg).toBe('EdDSA')
    await operator.call('PATCH', at(API.identifier), { signing_alg: 'ES256', access_token_ttl_seconds: null })
  })

  it('closed to other apps is lost by them at their next token', async () => {
    const world = await createWorld()
    const tokens = await connect(world.browser, world.integration)
    await operator.call('PATCH', at(API.identifier), { open_to: 'first_party' })
    expect(await refreshWith(tokens.refresh_token, world.app)).toMatchObject({ status: 400, error: 'invalid_grant' })
    const refused = await developer.call('POST', '/api/v1/apps', newApp(['projects:read']))
    expect(refused.body.errors).toMatchObject([{ pointer: '/scopes/0' }])
    await operator.call('PATCH', at(API.identifier), { open_to: 'everyone' })
    expect(await refreshWith(tokens.refresh_token, world.app)).toMatchObject({ status: 200 }) // control
  })
})

describe('a scope', () => {
  it('is named thing:action and belongs to a resource', async () => {
    const wrong = await operator.call('POST', '/api/v1/scopes', { ...SCOPE, name: 'Notes' })
    expect(wrong.body.errors).toMatchObject([{ pointer: '/name' }])
    const lost = await operator.call('POST', '/api/v1/scopes', {
      ...SCOPE,
      name: 'lost:read',
      resource: 'https://no.example',
    })
    expect(lost.body.errors).toMatchObject([{ pointer: '/resource' }])
    expect((await operator.call('POST', '/api/v1/scopes', SCOPE)).status).toBe(409)
  })

  it('in use cannot be deleted, and what depends on it is listed', async () => {
    await operator.call('POST', '/api/v1/scopes', { ...SCOPE, name: 'notes:use' })
    const app = await developer.registerApp({ client_name: 'Notes reader', scopes: ['notes:use'] })
    const refused = await operator.call('DELETE', '/api/v1/scopes/notes:use')
    expect(refused.status).toBe(409)
    expect(refused.body.detail).toContain(`Notes reader (${app.client_id})`)
    await developer.call('DELETE', `/api/v1/apps/${app.client_id}`)
    expect((await operator.call('DELETE', '/api/v1/scopes/notes:use')).status).toBe(204)
    expect((await operator.call('DELETE', '/api/v1/scopes/notes:use')).status).toBe(404)
  })

  it('of our own API stays', async () => {
    const refused = await operator.call('DELETE', '/api/v1/scopes/grants:read')
    expect(refused.status).toBe(409)
  })

  it('is deprecated for new apps and kept by those that have it', async () => {
    await operator.call('POST', '/api/v1/scopes', { ...SCOPE, name: 'notes:old' })
    const app = await developer.registerApp({ scopes: ['notes:old'] })
    const change = { deprecated: true, replaced_by: 'notes:read' }
    const { body } = await operator.call('PATCH', '/api/v1/scopes/notes:old', change)
    expect(body).toMatchObject(change)
    const refused = await developer.call('POST', '/api/v1/apps', newApp(['notes:old']))
    expect(refused.body.errors).toMatchObject([{ pointer: '/scopes/0' }])
    const renamed = await developer.call('PATCH', `/api/v1/apps/${app.client_id}`, { client_name: 'Kept' })
    expect(renamed.status).toBe(200)
    expect((await operator.call('PATCH', '/api/v1/scopes/notes:old', { deprecated: false })).status).toBe(422)
    const back = await operator.call('PATCH', '/api/v1/scopes/notes:old', { deprecated: false, replaced_by: null })
    expect(back.body).toMatchObject({ deprecated: false, replaced_by: null })
  })

  it.each([
    ['itself', 'notes:read'],
    ['one that is not there', 'notes:none'],
    ['one of another resource', 'projects:read'],
  ])('is not replaced by %s', async (_what, successor) => {
    const change = { deprecated: true, replaced_by: successor }
    const { body } = await operator.call('PATCH', '/api/v1/scopes/notes:read', change)
    expect(body.errors).toMatchObject([{ pointer: '/replaced_by' }])
  })
})

it('writes each change into the audit log', async () => {
  await operator.call('POST', '/api/v1/scopes', { ...SCOPE, name: 'notes:audit' })
  await operator.call('PATCH', '/api/v1/scopes/notes:audit', { title: 'Audited' })
  await operator.call('DELETE', '/api/v1/scopes/notes:audit')
  const { results } = await env.DB.prepare(
    "SELECT event FROM audit_events WHERE reason = 'notes:audit' AND actor = ? ORDER BY rowid",
  )
    .bind(operator.accountId)
    .all()
  expect(results.map(({ event }) => event)).toEqual(['scope.created', 'scope.updated', 'scope.deleted'])
})

async function signInAged(person: Developer, seconds: number): Promise<void> {
  await env.DB.prepare('UPDATE sessions SET signed_in_at = unixepoch() - ? WHERE account_id = ?')
    .bind(seconds, person.accountId)
    .run()
}

function newApp(scopes: string[]) {
  return { client_name: 'Notes', redirect_uris: ['https://notes.example/cb'], scopes }
}

interface Credentials {
  introspection_id: string
  introspection_secret: string
}

async function introspectAs({ introspection_id: id, introspection_secret: secret }: Credentials, token: string) {
  const answer = await postForm('/introspect', { token }, basic(id, secret))
  return answer.json<{ active?: boolean; error?: string }>()
}

async function newCredentials(identifier: string): Promise<Credentials> {
  const { body }: Answer = await operator.call('POST', `${at(identifier)}/credentials`)
  return body as unknown as Credentials
}
