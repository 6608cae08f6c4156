import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { API, basic, createApi, ISSUER, transport } from '../support/workers/world.ts'

const NOW = Math.floor(Date.now() / 1000)
const use = (fields: object = {}) => ({
  client_id: 'postern-cli',
  organization_id: 'org_uses',
  scope: 'projects:read',
  last_used_at: NOW - 60,
  ...fields,
})

const report = (uses: object[], headers: Record<string, string> = basic(API.id, API.secret)) =>
  transport(
    new Request(`${ISSUER}/api/v1/resource-usage`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify({ uses }),
    }),
  )

async function scopeUses(): Promise<Record<string, number>> {
  const sql = "SELECT scope_uses FROM organization_apps WHERE organization_id = 'org_uses'"
  return JSON.parse((await env.DB.prepare(sql).first<string>('scope_uses')) ?? '')
}

beforeAll(async () => {
  await createApi()
  await env.DB.prepare(
    `INSERT INTO organization_grants VALUES ('org_uses', 'postern-cli', 'acc_1', 'grant_1', '["projects:read"]', 1, 1)`,
  ).run()
})

describe('a report of used scopes', () => {
  it('is kept with the newest time of each scope', async () => {
    expect((await report([use()])).status).toBe(204)
    expect((await report([use({ last_used_at: NOW - 600 }), use({ scope: 'profile:read' })])).status).toBe(204)
    expect(await scopeUses()).toEqual({ 'projects:read': NOW - 60, 'profile:read': NOW - 60 })
    const sql = 'SELECT usage_reported_at FROM resources WHERE introspection_id = ?'
    expect(await env.DB.prepare(sql).bind(API.id).first('usage_reported_at')).toBeGreaterThanOrEqual(NOW)
  })

  it('is never about a time to come', async () => {
    await report([use({ last_used_at: NOW + 86_400 })])
    expect((await scopeUses())['projects:read']).toBeLessThanOrEqual(Math.floor(Date.now() / 1000))
  })

  it('passes over scopes of other APIs, and apps and organizations that do not belong together', async () => {
    const before = await scopeUses()
    const others = [use({ scope: 'apps:read' }), use({ client_id: 'app_nobody' }), use({ organization_id: 'org_2' })]
    expect((await report(others)).status).toBe(204)
    expect(await scopeUses()).toEqual(before)
  })

  it.each<[string, Record<string, string>]>([
    ['a wrong secret', basic(API.id, 'wrong')],
    ['an unknown name', basic('resource_nobody', API.secret)],
    ['no credentials', {}],
    ['a bearer token', { Authorization: 'Bearer x' }],
  ])('is refused with %s', async (_name, headers) => {
    const before = await scopeUses()
    const response = await report([use({ last_used_at: NOW })], headers)
    expect(response.status).toBe(401)
    expect(response.headers.get('WWW-Authenticate')).toContain('Basic')
    expect(await scopeUses()).toEqual(before)
  })

  it('has at most four hundred uses', async () => {
    expect((await report(Array.from({ length: 401 }, () => use()))).status).toBe(422)
  })
})
