import { beforeAll, describe, expect, it } from 'vitest'
import { Browser } from '../../support/browser.ts'
import { authorize, registerApp } from '../../support/integration.ts'
import { createWorld, ISSUER, introspectAsApi, SETTINGS, transport, type World } from '../../support/workers/world.ts'

let world: World
/** One that nobody signed in with: what is wrong is said before anybody has to. */
let stranger: Browser
beforeAll(async () => {
  world = await createWorld()
  stranger = new Browser(transport, ISSUER)
})

/** The path of a right request after a change; null leaves a parameter out, a list repeats it. */
async function pathWith(changes: Record<string, string | null | string[]>): Promise<string> {
  const { path } = await world.integration.begin({ state: 'the-state' })
  const [pathname, search] = path.split('?')
  const query = new URLSearchParams(search)
  for (const [name, value] of Object.entries(changes)) {
    query.delete(name)
    for (const one of [value ?? []].flat()) query.append(name, one)
  }
  return `${pathname}?${query}`
}

describe('an authorization request that names no app or no place to go back to', () => {
  it.each<[string, Record<string, string | null | string[]>]>([
    ['no client_id', { client_id: null }],
    ['an empty client_id', { client_id: '' }],
    ['an unknown client_id', { client_id: 'app_unknown' }],
    ['a client_id of NUL', { client_id: '\u0000' }],
    ['two client_ids', { client_id: ['app_a', 'app_b'] }],
    ['no redirect_uri', { redirect_uri: null }],
    ['an unregistered redirect_uri', { redirect_uri: 'https://evil.example/callback' }],
    ['a redirect_uri of a script', { redirect_uri: 'javascript:alert(1)' }],
    ['a redirect_uri that is none', { redirect_uri: '//' }],
    ['two redirect_uris', { redirect_uri: [SETTINGS.redirect_uris[0] ?? '', 'https://evil.example/callback'] }],
  ])('ends on a page: %s', async (_name, changes) => {
    for (const browser of [stranger, world.browser]) {
      const page = await browser.get(await pathWith(changes))
      expect(page).toMatchObject({ status: 400, location: null })
      expect(page.headers.get('Content-Type')).toContain('text/html')
      expect(page.headers.get('Cache-Control')).toBe('no-store')
      // What came is shown, and leads nowhere.
      expect(page.html).not.toMatch(/(href|src|action)="[^"]*(evil\.example|alert\(1\)|app_unknown)/)
    }
  })

  it.each(['%FF', '%C0%AF', '%', '%E2%82'])('ends on a page: broken UTF-8 (%s)', async (broken) => {
    const page = await world.browser.get(`${await pathWith({})}&x=${broken}`)
    expect(page).toMatchObject({ status: 400, location: null })
  })
})

describe('an authorization request of a known app', () => {
  it.each<[string, Record<string, string | null | string[]>, string]>([
    ['no response_type', { response_type: null }, 'unsupported_response_type'],
    ['response_type=token', { response_type: 'token' }, 'unsupported_response_type'],
    ['response_mode=fragment', { response_mode: 'fragment' }, 'invalid_request'],
    ['no challenge', { code_challenge: null }, 'invalid_request'],
    ['an empty challenge', { code_challenge: '' }, 'invalid_request'],
    ['a short challenge', { code_challenge: 'a'.repeat(42) }, 'invalid_request'],
    ['a long challenge', { code_challenge: 'a'.repeat(44) }, 'invalid_request'],
    ['a challenge outside base64url', { code_challenge: `${'a'.repeat(42)}=` }, 'invalid_request'],
    ['a challenge without method', { code_challenge_method: null }, 'invalid_request'],
    ['a plain challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['two challenges', { code_challenge: ['a'.repeat(43), 'b'.repeat(43)] }, 'invalid_request'],
    ['two states', { state: ['the-state', 'another'] }, 'invalid_request'],
    ['two scopes', { scope: ['projects:read', 'profile:read'] }, 'invalid_request'],
    ['an unknown parameter twice', { unknown: ['a', 'b'] }, 'invalid_request'],
    ['an unknown scope', { scope: 'projects:burn' }, 'invalid_scope'],
    ['a scope that the app did not register', { scope: 'apps:read' }, 'invalid_scope'],
    ['a malformed scope', { scope: 'projects:read "' }, 'invalid_scope'],
    ['openid, until it is built', { scope: 'openid' }, 'invalid_scope'],
    ['an unknown resource', { resource: 'https://unknown.example' }, 'invalid_target'],
    ['a resource that is no address', { resource: '::' }, 'invalid_target'],
    ['two resources', { resource: ['https://a.example', 'https://b.example'] }, 'invalid_target'],
    ['an unknown prompt', { prompt: 'create' }, 'invalid_request'],
    ['prompt none with another', { prompt: 'none login' }, 'invalid_request'],
    ['a max_age of words', { max_age: 'soon' }, 'invalid_request'],
    ['a negative max_age', { max_age: '-1' }, 'invalid_request'],
    ['a request object', { request: 'e30.e30.' }, 'request_not_supported'],
    ['a request object by reference', { request_uri: 'urn:x:1' }, 'request_uri_not_supported'],
    ['prompt none without consent', { prompt: 'none' }, 'consent_required'],
  ])('is told to the app: %s', async (_name, changes, error) => {
    const page = await world.browser.get(await pathWith(changes))
    expect(page.status).toBe(303)
    const answer = new URL(page.location ?? '')
    expect(answer.origin + answer.pathname).toBe(SETTINGS.redirect_uris[0])
    expect(Object.fromEntries(answer.searchParams)).toMatchObject({ error, state: 'the-state', iss: ISSUER })
    expect(answer.searchParams.get('error_description')).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/)
    expect(answer.searchParams.has('code')).toBe(false)
    expect(page.headers.get('Cache-Control')).toBe('no-store')
  })

  it('names the scopes that are wrong, those that are registered, and where to change them', async () => {
    const path = await pathWith({ scope: 'projects:read projects:burn apps:read' })
    const page = await world.browser.get(path)
    const description = new URL(page.location ?? '').searchParams.get('error_description') ?? ''
    const [, wrong, registered, address] = /\((.+); registered: (.+); to change them: (.+)\)$/.exec(description) ?? []
    expect(wrong).toBe('projects:burn apps:read')
    const { scopes, optional_scopes: optionalScopes } = SETTINGS
    expect(registered?.split(' ').sort()).toEqual([...scopes, ...optionalScopes].sort())
    const clientId = new URL(path, ISSUER).searchParams.get('client_id')
    expect(address).toBe(`${ISSUER}/developer/apps/${clientId}`)
  })

  it('stays an address that fits, however many scopes are wrong', async () => {
    const many = Array.from({ length: 500 }, (_, index) => `wrong:${index}`).join(' ')
    const page = await world.browser.get(await pathWith({ scope: many }))
    expect(new URL(page.location ?? '').searchParams.get('error_description')).toContain('wrong:19 and 480 more')
    expect(page.location?.length).toBeLessThan(2000)
  })

  it('cannot mix the scopes of two resources', async () => {
    const scopes = ['projects:read', 'apps:read']
    const app = await registerApp(world.browser, { ...SETTINGS, scopes, optional_scopes: [] })
    const both = await world.browser.get(await pathWith({ client_id: app.clientId }))
    expect(new URL(both.location ?? '').searchParams.get('error')).toBe('invalid_target')
    const one = await stranger.get(await pathWith({ client_id: app.clientId, scope: 'apps:read' }))
    expect(one.location).toContain(`${ISSUER}/sign-in`) // control
  })

  it('with nothing but empty extras is a right one', async () => {
    const empty = { prompt: '', max_age: '', resource: '', response_mode: '', scope: '', nonce: '' }
    const authorization = await world.integration.begin()
    const query = new URLSearchParams({
      ...Object.fromEntries(new URLSearchParams(authorization.path.split('?')[1])),
      ...empty,
    })
    const callback = await authorize(world.browser, `/authorize?${query}`)
    const tokens = await world.integration.finish(callback, authorization)
    expect(await introspectAsApi(tokens.access_token)).toMatchObject({ active: true })
  })
})

describe('the authorization endpoint', () => {
  it.each(['PUT', 'DELETE', 'PATCH'])('does not take %s', async (method) => {
    const response = await world.browser.fetch('/authorize', { method })
    expect(response.status).toBe(405)
    expect(response.headers.get('Allow')).toBe('GET, HEAD, POST')
  })

  it.each([
    ['another content type', 415, '{}', 'application/json'],
    ['no content type', 415, 'a=b', ''],
    ['more than 64 KiB', 413, 'a'.repeat(64 * 1024 + 1), 'application/x-www-form-urlencoded'],
    ['broken UTF-8', 400, 'consent=%FF', 'application/x-www-form-urlencoded'],
    ['no page that it answers', 400, 'consent=made-up&decision=allow', 'application/x-www-form-urlencoded'],
  ])('refuses a post on a page: %s', async (_name, status, body, contentType) => {
    const response = await world.browser.fetch('/authorize', {
      method: 'POST',
      headers: { 'Content-Type': contentType, Origin: ISSUER },
      body,
    })
    expect(response.status).toBe(status)
    expect(response.headers.get('Content-Type')).toContain('text/html')
    expect(response.headers.get('Cache-Control')).toBe('no-store')
  })

  it('takes a posted request to the same answer', async () => {
    const [path = '', search = ''] = (await pathWith({ scope: 'projects:burn' })).split('?')
    const posted = await stranger.post(path, Object.fromEntries(new URLSearchParams(search)))
    expect(posted.status).toBe(303)
    const page = await world.browser.get(posted.location ?? '')
    expect(new URL(page.location ?? '').searchParams.get('error')).toBe('invalid_scope')
  })
})
