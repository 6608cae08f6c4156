import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { KEY_SET_GRACE, KEY_SET_MAX_AGE, UNKNOWN_KEY_INTERVAL } from '../../src/resource-server/key-set.ts'
import { type ProtectedEnv, protectResource, requireScopes } from '../../src/resource-server/protect-resource.ts'

const ISSUER = 'https://id.example'
const RESOURCE = 'https://api.example/v1'
const NOW = 1_800_000_000
const CLAIMS = { client_id: 'app_x', scope: 'projects:read', jti: 'token-1', organizations: ['org_x'] }

type Pair = Awaited<ReturnType<typeof generateKeyPair>>

let pair: Pair
let jwk: JWK
let now: number
let published: JWK[]
let fetches: number
let failing: boolean
let api: Hono<ProtectedEnv>

beforeAll(async () => {
  pair = await generateKeyPair('ES256', { extractable: true })
  jwk = { ...(await exportJWK(pair.publicKey)), kid: 'key-1', alg: 'ES256', use: 'sig' }
})

beforeEach(() => {
  now = NOW
  published = [jwk]
  fetches = 0
  failing = false
  api = new Hono<ProtectedEnv>()
  api.use(protectResource({ issuer: ISSUER, resource: RESOURCE, now: () => now, fetch: serveKeys }))
  api.get('/projects', requireScopes('projects:read'), (c) => c.json(c.get('accessToken')))
  api.post('/projects', requireScopes('projects:read', 'projects:write'), (c) => c.json({}))
})

async function serveKeys(): Promise<Response> {
  fetches++
  await Promise.resolve()
  return failing ? new Response(null, { status: 500 }) : Response.json({ keys: published })
}

interface Changes {
  claims?: Record<string, unknown>
  header?: Record<string, unknown>
  key?: CryptoKey | Uint8Array
}

function issue({ claims = {}, header = {}, key = pair.privateKey }: Changes = {}): Promise<string> {
  const all = { iss: ISSUER, aud: RESOURCE, sub: 'acc_x', iat: now, exp: now + 600, ...CLAIMS, ...claims }
  const kept = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
  return new SignJWT(kept).setProtectedHeader({ typ: 'at+jwt', alg: 'ES256', kid: 'key-1', ...header }).sign(key)
}

const call = (authorization?: string, method = 'GET') =>
  api.request('/projects', { method, headers: authorization === undefined ? {} : { Authorization: authorization } })
const callWith = async (changes: Changes) => call(`Bearer ${await issue(changes)}`)

it('lets a valid token through and says what it allows', async () => {
  const response = await callWith({})
  expect(response.status).toBe(200)
  expect(await response.json()).toMatchObject({
    sub: 'acc_x',
    clientId: 'app_x',
    scopes: ['projects:read'],
    organizations: ['org_x'],
    tokenId: 'token-1',
  })
  expect((await callWith({ header: { typ: 'application/at+jwt' } })).status).toBe(200)
})

describe('a token is refused', () => {
  it.each<[string, Changes]>([
    ['of another issuer', { claims: { iss: 'https://evil.example' } }],
    ['of the issuer with a slash', { claims: { iss: `${ISSUER}/` } }],
    ['for another API', { claims: { aud: 'https://other.example' } }],
    ['for a part of this API', { claims: { aud: `${RESOURCE}/projects` } }],
    ['that has expired', { claims: { exp: NOW - 6 } }],
    ['that is not valid yet', { claims: { nbf: NOW + 6 } }],
    ['without an expiry', { claims: { exp: undefined } }],
    ['without a client', { claims: { client_id: undefined } }],
    ['without an identifier', { claims: { jti: undefined } }],
    ['without a subject', { claims: { sub: undefined } }],
    ['that is an ID token', { header: { typ: 'JWT' } }],
    ['that names no type', { header: { typ: undefined } }],
    ['that names no key', { header: { kid: undefined } }],
    ['of an unknown key', { header: { kid: 'key-2' } }],
    ['bound to a key of its client', { claims: { cnf: { jkt: 'x' } } }],
  ])('%s', async (_name, changes) => {
    const response = await callWith(changes)
    expect(response.status).toBe(401)
    expect(response.headers.get('WWW-Authenticate')).toContain('error="invalid_token"')
  })

  it('unsigned, or signed with another algorithm or key', async () => {
    const [, claims = ''] = (await issue()).split('.')
    const header = btoa(JSON.stringify({ typ: 'at+jwt', alg: 'none', kid: 'key-1' })).replace(/=+$/, '')
    expect((await call(`Bearer ${header}.${claims}.`)).status).toBe(401)
    const secret = new TextEncoder().encode(JSON.stringify(jwk))
    expect((await callWith({ header: { alg: 'HS256' }, key: secret })).status).toBe(401)
    const rsa = await generateKeyPair('RS256')
    expect((await callWith({ header: { alg: 'RS256' }, key: rsa.privateKey })).status).toBe(401)
    const other = await generateKeyPair('ES256')
    expect((await callWith({ key: other.privateKey })).status).toBe(401)
    expect((await callWith({})).status).toBe(200) // control
  })

  it('whose algorithm is accepted but is not that of its key', async () => {
    published = [{ ...jwk, alg: 'ES384' }]
    expect((await callWith({})).status).toBe(401)
  })
})

describe('a challenge', () => {
  const METADATA = 'resource_metadata="https://api.example/.well-known/oauth-protected-resource/v1"'

  it('says where to get a token, and no error when none was sent', async () => {
    for (const authorization of [undefined, 'Basic eDp5']) {
      const response = await call(authorization)
      expect(response.status).toBe(401)
      expect(response.headers.get('WWW-Authenticate')).toBe(`Bearer ${METADATA}`)
    }
  })

  it.each(['Bearer', 'Bearer a b', 'Bearer a, Bearer b'])('calls %s malformed', async (authorization) => {
    const response = await call(authorization)
    expect(response.status).toBe(400)
    expect(response.headers.get('WWW-Authenticate')).toContain('error="invalid_request"')
  })

  it('names the scopes that are needed', async () => {
    const response = await call(`Bearer ${await issue()}`, 'POST')
    expect(response.status).toBe(403)
    const challenge = response.headers.get('WWW-Authenticate')
    expect(challenge).toContain('error="insufficient_scope"')
    expect(challenge).toContain('scope="projects:read projects:write"')
  })
})

describe('the key set', () => {
  it('is fetched once by all who need it at the same time', async () => {
    const token = await issue()
    const responses = await Promise.all(Array.from({ length: 50 }, () => call(`Bearer ${token}`)))
    expect(responses.every(({ status }) => status === 200)).toBe(true)
    expect(fetches).toBe(1)
  })

  it('is asked for again after its time, so that a withdrawn key stops verifying', async () => {
    expect((await callWith({})).status).toBe(200)
    published = []
    now = NOW + KEY_SET_MAX_AGE - 1
    expect((await callWith({})).status).toBe(200)
    now = NOW + KEY_SET_MAX_AGE
    expect((await callWith({})).status).toBe(401)
  })

  it('finds a new key at once', async () => {
    await callWith({})
    const next = await generateKeyPair('ES256', { extractable: true })
    published = [jwk, { ...(await exportJWK(next.publicKey)), kid: 'key-2', alg: 'ES256' }]
    now = NOW + UNKNOWN_KEY_INTERVAL
    expect((await callWith({ header: { kid: 'key-2' }, key: next.privateKey })).status).toBe(200)
  })

  it('is not fetched for each key id that somebody makes up', async () => {
    await callWith({})
    now = NOW + UNKNOWN_KEY_INTERVAL
    for (let i = 0; i < 100; i++) expect((await callWith({ header: { kid: `forged-${i}` } })).status).toBe(401)
    expect(fetches).toBe(2)
  })

  it('outlives an outage of the issuer for a while, and then nothing can be verified', async () => {
    expect((await callWith({})).status).toBe(200)
    failing = true
    now = NOW + KEY_SET_MAX_AGE + KEY_SET_GRACE - 1
    expect((await callWith({})).status).toBe(200)
    now = NOW + KEY_SET_MAX_AGE + KEY_SET_GRACE
    const response = await callWith({})
    expect(response.status).toBe(503)
    expect(response.headers.get('Retry-After')).toBe('5')
    failing = false
    expect((await callWith({})).status).toBe(200)
  })
})

describe('a page of another origin', () => {
  const APP = 'https://app.example'
  const pages = (cors?: Parameters<typeof protectResource>[0]['cors']) => {
    const open = new Hono<ProtectedEnv>()
    open.use(protectResource({ issuer: ISSUER, resource: RESOURCE, now: () => now, fetch: serveKeys, cors }))
    open.get('/projects', requireScopes('projects:read'), (c) => c.json({}))
    open.post('/projects', requireScopes('projects:write'), (c) => c.json({}))
    open.get('/broken', () => {
      throw new Error('the API is broken')
    })
    open.onError((_error, c) => c.text('broken', 500))
    return open
  }
  const preflight = (open: Hono<ProtectedEnv>, origin = APP) =>
    open.request('/projects', {
      method: 'OPTIONS',
      headers: {
        Origin: origin,
        'Access-Control-Request-Method': 'GET',
        'Access-Control-Request-Headers': 'authorization, x-of-some-library',
      },
    })

  it('may call, and read every answer, refusals with their challenge included', async () => {
    const open = pages({ origin: '*', exposeHeaders: ['ETag'] })
    const allowed = await preflight(open)
    expect(allowed.status).toBe(204)
    expect(allowed.headers.get('Access-Control-Allow-Origin')).toBe('*')
    expect(allowed.headers.get('Access-Control-Allow-Headers')).toBe('authorization,x-of-some-library')
    expect(allowed.headers.has('Access-Control-Allow-Credentials')).toBe(false)

    const headers = { Origin: APP, Authorization: `Bearer ${await issue()}` }
    for (const [method, path, status, sent] of [
      ['GET', '/projects', 200, headers],
      ['GET', '/projects', 401, { Origin: APP }],
      ['POST', '/projects', 403, headers],
      ['GET', '/broken', 500, headers],
    ] as const) {
      const response = await open.request(path, { method, headers: sent })
      expect(response.status).toBe(status)
      expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*')
      expect(response.headers.get('Access-Control-Expose-Headers')).toBe('WWW-Authenticate,Retry-After,ETag')
      if (status === 401) expect(response.headers.get('WWW-Authenticate')).toContain('resource_metadata=')
    }
  })

  it('may not when it is none of those that may', async () => {
    const open = pages({ origin: [APP] })
    expect((await preflight(open)).headers.get('Access-Control-Allow-Origin')).toBe(APP) // control
    expect((await preflight(open, 'https://evil.example')).headers.has('Access-Control-Allow-Origin')).toBe(false)
  })

  it('is left to a middleware behind when nothing is said of it', async () => {
    const open = new Hono<ProtectedEnv>()
    open.use(protectResource({ issuer: ISSUER, resource: RESOURCE, now: () => now, fetch: serveKeys }))
    open.use(cors({ origin: APP }))
    open.get('/projects', (c) => c.json({}))
    expect((await preflight(open)).headers.get('Access-Control-Allow-Origin')).toBe(APP)
    expect((await open.request('/projects', { headers: { Origin: APP } })).status).toBe(401) // control: only preflights
    expect((await open.request('/projects', { method: 'OPTIONS', headers: { Origin: APP } })).status).toBe(401)
  })

  it('runs nothing that needs a scope by a preflight', async () => {
    const open = new Hono<ProtectedEnv>()
    let runs = 0
    open.use(protectResource({ issuer: ISSUER, resource: RESOURCE, now: () => now, fetch: serveKeys }))
    open.all('/projects', requireScopes('projects:read'), (c) => c.json({ runs: ++runs }))
    expect((await preflight(open)).status).toBe(401)
    expect(runs).toBe(0)
    const authorized = { headers: { Authorization: `Bearer ${await issue()}` } }
    expect(await (await open.request('/projects', authorized)).json()).toEqual({ runs: 1 }) // control
  })
})
