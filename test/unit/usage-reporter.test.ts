import { Hono } from 'hono'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { beforeEach, expect, it } from 'vitest'
import { type ProtectedEnv, protectResource, requireScopes } from '../../src/resource-server/protect-resource.ts'
import { REPORT_INTERVAL } from '../../src/resource-server/usage-reporter.ts'

const ISSUER = 'https://id.example'
const RESOURCE = 'https://api.example'
const NOW = 1_800_000_000

let now: number
let failing: boolean
let reports: { authorization: string; uses: unknown[] }[]
let call: (method?: string) => Promise<number>

beforeEach(async () => {
  now = NOW
  failing = false
  reports = []
  const pair = await generateKeyPair('ES256', { extractable: true })
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'key-1', alg: 'ES256' }
  const fetch = async (url: string, init?: RequestInit) => {
    if (url.endsWith('jwks.json')) return Response.json({ keys: [jwk] })
    const { uses } = JSON.parse(String(init?.body))
    reports.push({ authorization: new Headers(init?.headers).get('Authorization') ?? '', uses })
    return new Response(null, { status: failing ? 503 : 204 })
  }
  const api = new Hono<ProtectedEnv>()
  const reportUsage = { clientId: 'resource_x', clientSecret: 'secret:of x' }
  api.use(protectResource({ issuer: ISSUER, resource: RESOURCE, now: () => now, fetch, reportUsage }))
  api.get('/', requireScopes('projects:read'), (c) => c.text('in'))
  api.post('/', requireScopes('projects:write'), (c) => c.text('in'))
  call = async (method = 'GET') => {
    const claims = { client_id: 'app_x', jti: 't', scope: 'projects:read', organizations: ['org_1', 'org_2'] }
    const token = await new SignJWT({ iss: ISSUER, aud: RESOURCE, sub: 'acc', iat: now, exp: now + 600, ...claims })
      .setProtectedHeader({ typ: 'at+jwt', alg: 'ES256', kid: 'key-1' })
      .sign(pair.privateKey)
    return (await api.request('/', { method, headers: { Authorization: `Bearer ${token}` } })).status
  }
})

const use = (organization_id: string, last_used_at: number) => ({
  client_id: 'app_x',
  organization_id,
  scope: 'projects:read',
  last_used_at,
})

it('reports once a minute what passed, the newest use of each', async () => {
  for (const second of [0, 10, 59]) {
    now = NOW + second
    expect(await call()).toBe(200)
  }
  expect(reports).toEqual([])
  now = NOW + REPORT_INTERVAL
  await call()
  expect(reports.map(({ uses }) => uses)).toEqual([[use('org_1', now), use('org_2', now)]])
  expect(atob(reports[0]?.authorization.replace('Basic ', '') ?? '')).toBe('resource_x:secret%3Aof%20x')
  now += REPORT_INTERVAL - 1
  await call()
  expect(reports).toHaveLength(1)
})

it('does not report what was refused', async () => {
  now = NOW + REPORT_INTERVAL
  expect(await call('POST')).toBe(403)
  expect(reports).toEqual([])
})

it('sends again what could not be sent, and fails no request', async () => {
  failing = true
  now = NOW + REPORT_INTERVAL
  expect(await call()).toBe(200)
  failing = false
  now += REPORT_INTERVAL
  expect(await call('POST')).toBe(403)
  expect(reports).toHaveLength(2)
  expect(reports[1]?.uses).toEqual(reports[0]?.uses)
})
