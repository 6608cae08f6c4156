import { beforeAll, describe, expect, it } from 'vitest'
import { anApp, Developer } from '../support/workers/developer.ts'

const EVIL = 'https://evil.example'

let victim: Developer
beforeAll(async () => {
  victim = await Developer.signIn()
})

const register = (headers: Record<string, string | null>) => victim.call('POST', '/api/v1/apps', anApp(), headers)
const countApps = async () => (await victim.call('GET', '/api/v1/apps?limit=100')).body.items.length

describe('using the API with the cookie of a visitor', () => {
  it('works from our own pages', async () => {
    const before = await countApps()
    expect((await register({})).status).toBe(201)
    expect(await countApps()).toBe(before + 1)
  })

  for (const [what, origin] of [
    ['another site', EVIL],
    ['an opaque origin', 'null'],
    ['another port', 'http://localhost:8788'],
    ['another scheme', 'https://localhost:8787'],
    ['a host that only looks like ours', 'http://localhost:8787.evil.example'],
    ['a sibling host', 'http://app.localhost:8787'],
  ] as const) {
    it(`changes nothing from ${what}: the cookie is not looked at`, async () => {
      const before = await countApps()
      const refused = await register({ Origin: origin })
      expect(refused.status).toBe(401)
      expect(refused.headers.get('Access-Control-Allow-Credentials')).toBeNull()
      expect(await countApps()).toBe(before)
    })

    it(`reads nothing from ${what}`, async () => {
      expect((await victim.call('GET', '/api/v1/apps', undefined, { Origin: origin })).status).toBe(401)
    })
  }

  it('changes nothing without an Origin, by any method', async () => {
    const app = await victim.registerApp()
    const path = `/api/v1/apps/${app.client_id}`
    for (const [method, target, body] of [
      ['POST', '/api/v1/apps', anApp()],
      ['PATCH', path, { client_name: 'Taken' }],
      ['DELETE', path, undefined],
      ['POST', `${path}/secrets`, { name: 'Taken' }],
    ] as const) {
      const refused = await victim.call(method, target, body, { Origin: null })
      expect(refused.status).toBe(403)
      expect(refused.body.type).toContain('cross-origin')
    }
    expect((await victim.call('GET', path)).body).toMatchObject({ updated_at: app.updated_at })
  })

  it('changes nothing by what a plain form can send', async () => {
    const before = await countApps()
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      expect((await register({ 'Content-Type': type })).status).toBe(415)
      expect((await register({ 'Content-Type': type, Origin: EVIL })).status).toBe(401)
    }
    expect(await countApps()).toBe(before)
  })

  it('reads nothing by a request that browsers send without an Origin', async () => {
    const read = (site: string) => victim.call('GET', '/api/v1/apps', undefined, { 'Sec-Fetch-Site': site })
    expect((await read('same-origin')).status).toBe(200) // control
    expect((await read('none')).status).toBe(200) // control: typed into the address bar
    expect((await read('cross-site')).status).toBe(401)
    expect((await read('same-site')).status).toBe(401)
  })

  it('creates no secret from another site', async () => {
    const app = await victim.registerApp()
    const path = `/api/v1/apps/${app.client_id}/secrets`
    expect((await victim.call('POST', path, { name: 'Taken' }, { Origin: EVIL })).status).toBe(401)
    expect((await victim.call('GET', path)).body.items).toHaveLength(1)
  })
})
