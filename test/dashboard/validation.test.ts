import { exports } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { anApp, Developer, ORIGIN } from '../support/workers/developer.ts'

let developer: Developer
beforeAll(async () => {
  developer = await Developer.signIn()
})

const register = (fields: object) => developer.call('POST', '/api/v1/apps', anApp(fields))

describe('problems (RFC 9457)', () => {
  it('point at every wrong field at once', async () => {
    const { status, headers, body } = await developer.call('POST', '/api/v1/apps', {
      redirect_uris: [],
      client_uri: 'http://app.example.com/',
      contacts: ['dev@example.com', 'nobody'],
      favourite_colour: 'green',
      'odd/na~me': 1,
    })
    expect(status).toBe(422)
    expect(headers.get('Content-Type')).toBe('application/problem+json')
    expect(body).toMatchObject({
      type: 'http://localhost:8787/problems/validation-failed',
      title: expect.any(String),
      status: 422,
      request_id: expect.any(String),
    })
    expect(body.errors.map(({ pointer }) => pointer).sort()).toEqual([
      '/client_name',
      '/client_uri',
      '/contacts/1',
      '/favourite_colour',
      '/odd~1na~0me',
      '/redirect_uris',
    ])
    for (const { detail } of body.errors) expect(detail).toMatch(/\.$/)
  })

  it('tell a field that is missing from one of the wrong type', async () => {
    const detailOf = async (fields: object) => (await register(fields)).body.errors[0]?.detail
    expect(await detailOf({ client_name: undefined })).toBe('This field is required.')
    expect(await detailOf({ client_name: 5 })).toBe('This must be a text.')
    expect(await detailOf({ redirect_uris: 'https://app.example.com/' })).toBe('This must be a list.')
    expect(await detailOf({ client_uri: 5 })).toContain('expected string')
  })

  it('say the rule that a redirect URI breaks, for each', async () => {
    const uris = ['https://app.example.com/ok', 'javascript:alert(1)', 'https://app.example.com/#x', 'myapp:/cb']
    const { status, body } = await register({ redirect_uris: uris })
    expect(status).toBe(422)
    expect(body.errors).toEqual([
      { pointer: '/redirect_uris/1', detail: expect.stringContaining('dangerous') },
      { pointer: '/redirect_uris/2', detail: expect.stringContaining('fragment') },
      { pointer: '/redirect_uris/3', detail: expect.stringContaining('RFC 8252') },
    ])
  })

  for (const [what, fields, pointer] of [
    ['an unknown scope', { scopes: ['apps:read', 'no:such'] }, '/scopes/1'],
    ['an unknown optional scope', { optional_scopes: ['no:such'] }, '/optional_scopes/0'],
    [
      'a scope that is required and optional',
      { scopes: ['apps:read'], optional_scopes: ['apps:read'] },
      '/optional_scopes/0',
    ],
    ['a scope twice', { scopes: ['apps:read', 'apps:read'] }, '/scopes/1'],
    ['a redirect URI twice', { redirect_uris: ['https://a.example/', 'https://a.example/'] }, '/redirect_uris/1'],
    [
      '21 redirect URIs',
      { redirect_uris: Array.from({ length: 21 }, (_, i) => `https://a.example/${i}`) },
      '/redirect_uris',
    ],
    ['an unknown grant type', { grant_types: ['implicit'] }, '/grant_types/0'],
    ['client_credentials', { grant_types: ['authorization_code', 'client_credentials'] }, '/grant_types/1'],
    ['refresh_token alone', { grant_types: ['refresh_token'] }, '/grant_types'],
    ['no grant type', { grant_types: [] }, '/grant_types'],
    ['an unknown auth method', { token_endpoint_auth_method: 'private_key_jwt' }, '/token_endpoint_auth_method'],
    ['a logo over http', { logo_uri: 'http://app.example.com/logo.png' }, '/logo_uri'],
    ['a policy in a script', { policy_uri: 'javascript:alert(1)' }, '/policy_uri'],
    ['terms with user info', { tos_uri: 'https://user@app.example.com/' }, '/tos_uri'],
    ['eleven contacts', { contacts: Array.from({ length: 11 }, (_, i) => `a${i}@example.com`) }, '/contacts'],
    ['an empty name', { client_name: '   ' }, '/client_name'],
    ['a name of 81 characters', { client_name: 'a'.repeat(81) }, '/client_name'],
    ['a name with a line break', { client_name: 'Good\nApp' }, '/client_name'],
    ['a name with a bidi override', { client_name: 'Good\u202eppA' }, '/client_name'],
    ['a name with a zero-width space', { client_name: 'Good\u200bApp' }, '/client_name'],
    ['a name of a blank letter', { client_name: '\u3164' }, '/client_name'],
    ['a name that is a number', { client_name: 1 }, '/client_name'],
    ['a first-party flag', { first_party: true }, '/first_party'],
    ['a client_id of its own', { client_id: 'app_mine' }, '/client_id'],
    ['a publisher domain', { publisher_domain: 'example.com' }, '/publisher_domain'],
  ] as const) {
    it(`refuse ${what}`, async () => {
      const { status, body } = await register(fields)
      expect(status).toBe(422)
      expect(body.errors).toEqual([{ pointer, detail: expect.any(String) }])
    })
  }

  it('do not come for a name of exactly 80 characters, counted as people count', async () => {
    expect((await register({ client_name: '🚪'.repeat(80) })).status).toBe(201)
  })

  for (const body of ['[]', 'null', '"text"', '1']) {
    it(`refuse the body ${body}`, async () => {
      const { status, body: refusal } = await developer.call('POST', '/api/v1/apps', body)
      expect(status).toBe(422)
      expect(refusal.errors).toMatchObject([{ pointer: '' }])
    })
  }
})

describe('requests that are not JSON', () => {
  const post = (body: BodyInit, headers: Record<string, string> = {}) =>
    developer.browser.fetch('/api/v1/apps', {
      method: 'POST',
      body,
      headers: { Origin: 'http://localhost:8787', 'Content-Type': 'application/json', ...headers },
    })

  it('are 400 when broken or not UTF-8', async () => {
    expect((await post('{"client_name":')).status).toBe(400)
    expect((await post('')).status).toBe(400)
    expect((await post(Uint8Array.of(0x7b, 0xff, 0x7d))).status).toBe(400)
    expect((await post(JSON.stringify(anApp()))).status).toBe(201)
  })

  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonx',
  ]) {
    it(`are 415 as ${type}`, async () => {
      expect((await post(JSON.stringify(anApp()), { 'Content-Type': type })).status).toBe(415)
    })
  }

  it('are 415 without a type', async () => {
    const headers = { 'Content-Type': '' }
    expect((await post(JSON.stringify(anApp()), headers)).status).toBe(415)
  })

  it('may name the charset', async () => {
    expect((await post(JSON.stringify(anApp()), { 'Content-Type': 'Application/JSON; charset=utf-8' })).status).toBe(
      201,
    )
  })

  it('are 413 above 64 KiB and not below', async () => {
    const padded = (bytes: number) => JSON.stringify(anApp()).padEnd(bytes, ' ')
    expect((await post(padded(64 * 1024))).status).toBe(201)
    const tooLarge = await post(padded(64 * 1024 + 1))
    expect(tooLarge.status).toBe(413)
    expect(await tooLarge.json()).toMatchObject({ type: expect.stringContaining('too-large') })
  })
})

describe('paths and methods', () => {
  it('are 404 and 405 with Allow, as problems', async () => {
    expect((await developer.call('GET', '/api/v1/nothing')).body.type).toContain('not-found')
    expect((await developer.call('GET', '/api/v1/apps/app_unknown')).status).toBe(404)

    const put = await developer.call('PUT', '/api/v1/apps', {})
    expect(put.status).toBe(405)
    expect(put.headers.get('Allow')).toBe('POST, GET, HEAD, OPTIONS')
    const post = await developer.call('POST', '/api/v1/apps/app_unknown', {})
    expect(post.headers.get('Allow')).toBe('GET, PATCH, DELETE, HEAD, OPTIONS')
  })

  it('are 405 at every address for every method that it has not, naming those it has', async () => {
    const { body } = await developer.call('GET', '/api/v1/openapi.json')
    const { paths } = body as unknown as { paths: Record<string, Record<string, unknown>> }
    expect(Object.keys(paths).length).toBeGreaterThan(40) // control
    for (const [path, operations] of Object.entries(paths)) {
      const own = Object.keys(operations).map((method) => method.toUpperCase())
      const allowed = [...own, ...(own.includes('GET') ? ['HEAD'] : []), 'OPTIONS']
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((method) => !own.includes(method))) {
        const answer = await exports.default.fetch(ORIGIN + path.replaceAll(/\{\w+\}/g, 'none'), { method })
        expect([method, path, answer.status]).toEqual([method, path, 405])
        expect(answer.headers.get('Allow')?.split(', ').sort(), path).toEqual(allowed.sort())
      }
    }
  })

  it('answer a preflight at every address, before asking who calls', async () => {
    const headers = { Origin: 'https://app.example.com', 'Access-Control-Request-Method': 'DELETE' }
    const answer = await exports.default.fetch(`${ORIGIN}/api/v1/organizations/none/webhooks/none`, {
      method: 'OPTIONS',
      headers,
    })
    expect(answer.status).toBe(204)
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('*')
    expect(answer.headers.get('Access-Control-Allow-Credentials')).toBeNull()
  })

  it('answer HEAD as GET without a body', async () => {
    const response = await developer.browser.fetch('/api/v1/apps', { method: 'HEAD' })
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('')
  })
})
