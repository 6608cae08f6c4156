import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Tool } from '../support/workers/api-token.ts'
import { changeByHand } from '../support/workers/by-hand.ts'
import { anApp, callAnonymously, Developer } from '../support/workers/developer.ts'

const METADATA = 'http://localhost:8787/.well-known/oauth-protected-resource/api/v1'

let developer: Developer
let organizationId: string
let tool: Tool
beforeAll(async () => {
  developer = await Developer.signIn()
  organizationId = await developer.join('admin')
  tool = await Tool.connect(developer, { organizations: [organizationId] })
})

describe('an access token for the dashboard API', () => {
  it('registers, reads, changes and deletes an app of the granted organization', async () => {
    const created = await tool.call('POST', '/api/v1/apps', anApp({ organization_id: organizationId }))
    expect(created.status).toBe(201)
    const path = `/api/v1/apps/${created.body.client_id}`
    expect((await tool.call('GET', path)).status).toBe(200)
    expect((await tool.call('PATCH', path, { client_name: 'By token' })).status).toBe(200)
    expect((await tool.call('POST', `${path}/secrets`, { name: 'By token' })).status).toBe(201)
    expect((await tool.call('GET', `${path}/secrets`)).body.items).toHaveLength(2)
    expect((await tool.call('DELETE', path)).status).toBe(204)
  })

  it('needs no cookie, no Origin, and works from any origin', async () => {
    const answer = await tool.call('GET', '/api/v1/apps', undefined, { Origin: 'https://tool.example.com' })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('*')
  })

  it("reaches no other organization of the person's", async () => {
    const personal = await developer.registerApp()
    expect((await developer.call('GET', `/api/v1/apps/${personal.client_id}`)).status).toBe(200) // control
    expect((await tool.call('GET', `/api/v1/apps/${personal.client_id}`)).status).toBe(404)
    expect((await tool.call('DELETE', `/api/v1/apps/${personal.client_id}`)).status).toBe(404)
    expect((await tool.call('POST', '/api/v1/apps', anApp())).status).toBe(403)
    const query = `organization_id=${personal.organization_id}`
    expect((await tool.call('GET', `/api/v1/apps?${query}`)).status).toBe(404)
    const listed = (await tool.call('GET', '/api/v1/apps?limit=100')).body.items
    expect(listed.every((app) => app.organization_id === organizationId)).toBe(true)
  })

  it('does what its scopes say, and is challenged for what they do not', async () => {
    const reader = await Tool.connect(developer, { scopes: ['apps:read'], organizations: [organizationId] })
    const app = await developer.registerApp({ organization_id: organizationId })
    const path = `/api/v1/apps/${app.client_id}`
    expect((await reader.call('GET', path)).status).toBe(200)
    expect((await reader.call('GET', '/api/v1/scopes')).status).toBe(200)

    const refused = await reader.call('PATCH', path, { client_name: 'No' })
    expect(refused.status).toBe(403)
    expect(refused.body.type).toContain('insufficient-scope')
    expect(refused.headers.get('WWW-Authenticate')).toBe(
      `Bearer error="insufficient_scope", scope="apps:write", resource_metadata="${METADATA}"`,
    )
    const secret = await reader.call('POST', `${path}/secrets`, { name: 'No' })
    expect(secret.headers.get('WWW-Authenticate')).toContain('scope="secrets:write"')
  })

  it("never exceeds the person's role", async () => {
    const member = await Developer.signIn()
    await member.join('member', organizationId)
    const membersTool = await Tool.connect(member, { organizations: [organizationId] })
    expect((await membersTool.call('GET', '/api/v1/apps')).status).toBe(200) // control
    const refused = await membersTool.call('POST', '/api/v1/apps', anApp({ organization_id: organizationId }))
    expect(refused.status).toBe(403)
    expect(refused.body.type).toContain('forbidden')
  })

  it('ends with the membership and with the grant', async () => {
    const leaver = await Developer.signIn()
    await leaver.join('developer', organizationId)
    const leaversTool = await Tool.connect(leaver, { organizations: [organizationId] })
    expect((await leaversTool.call('GET', '/api/v1/apps')).status).toBe(200) // control
    await changeByHand(
      'DELETE FROM members WHERE organization_id = ? AND account_id = ?',
      organizationId,
      leaver.accountId,
    )
    const after = await leaversTool.call('GET', '/api/v1/apps')
    expect(after.status).toBe(401)

    const short = await Tool.connect(developer, { organizations: [organizationId] })
    expect((await short.call('GET', '/api/v1/apps')).status).toBe(200) // control
    await short.integration.revoke(short.accessToken)
    const revoked = await short.call('GET', '/api/v1/apps')
    expect(revoked.status).toBe(401)
    expect(revoked.headers.get('WWW-Authenticate')).toBe(
      `Bearer error="invalid_token", resource_metadata="${METADATA}"`,
    )
  })

  it('is refused when it is for another API, or was changed', async () => {
    await env.DB.batch([
      env.DB.prepare(
        "INSERT INTO resources (identifier, name, created_at) VALUES ('https://api.example.com', 'API', 0)",
      ),
      env.DB.prepare(
        `INSERT INTO scopes (name, resource, title, description, target)
         VALUES ('things:read', 'https://api.example.com', 'See things', 'See things.', 'organization')`,
      ),
    ])
    const elsewhere = await Tool.connect(developer, { scopes: ['things:read'], organizations: [organizationId] })
    expect((await elsewhere.call('GET', '/api/v1/scopes')).status).toBe(401)

    const [header, claims, signature = ''] = tool.accessToken.split('.')
    const changed = [header, claims, signature.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))].join('.')
    const call = (jwt: string) =>
      callAnonymously('/api/v1/scopes', { headers: { Authorization: `Bearer ${jwt}` } }).then(({ status }) => status)
    expect(await call(tool.accessToken)).toBe(200) // control
    expect(await call(changed)).toBe(401)
    expect(await call(tool.accessToken.slice(0, -1))).toBe(401)
  })

  it('ends with its app, at once', async () => {
    const doomed = await Tool.connect(developer, { organizations: [organizationId] })
    expect((await doomed.call('GET', '/api/v1/apps')).status).toBe(200) // control
    expect((await developer.call('DELETE', `/api/v1/apps/${doomed.clientId}`)).status).toBe(204)
    expect((await doomed.call('GET', '/api/v1/apps')).status).toBe(401)
  })

  it('takes the place of the cookie, even when it is no good', async () => {
    expect((await developer.call('GET', '/api/v1/apps')).status).toBe(200) // control
    for (const authorization of ['Bearer nonsense', 'Bearer ', 'Basic YTpi']) {
      const refused = await developer.browser.fetch('/api/v1/apps', { headers: { Authorization: authorization } })
      expect([authorization, refused.status]).toEqual([authorization, 401])
    }
  })
})

describe('without credentials', () => {
  for (const [method, path] of [
    ['POST', '/api/v1/apps'],
    ['GET', '/api/v1/apps'],
    ['GET', '/api/v1/apps/app_x'],
    ['PATCH', '/api/v1/apps/app_x'],
    ['DELETE', '/api/v1/apps/app_x'],
    ['POST', '/api/v1/apps/app_x/secrets'],
    ['GET', '/api/v1/apps/app_x/secrets'],
    ['DELETE', '/api/v1/apps/app_x/secrets/sec_x'],
    ['GET', '/api/v1/scopes'],
  ] as const) {
    it(`${method} ${path} is challenged and told where to get a token`, async () => {
      const { status, headers, body } = await callAnonymously(path, { method })
      expect(status).toBe(401)
      expect(headers.get('WWW-Authenticate')).toBe(`Bearer resource_metadata="${METADATA}"`)
      expect(headers.get('Access-Control-Allow-Origin')).toBe('*')
      expect(body.type).toContain('unauthenticated')
    })
  }

  it('the protected resource says who issues its tokens (RFC 9728)', async () => {
    const { status, headers, body } = await callAnonymously(METADATA)
    expect(status).toBe(200)
    expect(headers.get('Access-Control-Allow-Origin')).toBe('*')
    expect(body).toMatchObject({
      resource: 'http://localhost:8787/api/v1',
      authorization_servers: ['http://localhost:8787'],
      scopes_supported: [
        'apps:read',
        'apps:write',
        'secrets:write',
        'organizations:read',
        'organizations:write',
        'members:write',
        'decisions:write',
        'policy:write',
        'audit:read',
        'webhooks:write',
        'grants:read',
        'grants:write',
      ],
      bearer_methods_supported: ['header'],
    })
  })

  it('a preflight is answered for any origin, without credentials', async () => {
    const { status, headers } = await callAnonymously('/api/v1/apps', {
      method: 'OPTIONS',
      headers: {
        Origin: 'https://tool.example.com',
        'Access-Control-Request-Method': 'PATCH',
        'Access-Control-Request-Headers': 'Authorization,MCP-Protocol-Version',
      },
    })
    expect(status).toBe(204)
    expect(headers.get('Access-Control-Allow-Origin')).toBe('*')
    expect(headers.get('Access-Control-Allow-Credentials')).toBeNull()
    expect(headers.get('Access-Control-Allow-Methods')).toContain('PATCH')
    expect(headers.get('Access-Control-Allow-Headers')).toBe('Authorization,MCP-Protocol-Version')
  })
})
