import { beforeAll, describe, expect, it } from 'vitest'
import { Tool } from '../support/workers/api-token.ts'
import { changeByHand } from '../support/workers/by-hand.ts'
import { type ApiBody, anApp, Developer } from '../support/workers/developer.ts'

let victim: Developer
let attacker: Developer
let app: ApiBody
let path: string
beforeAll(async () => {
  victim = await Developer.signIn()
  attacker = await Developer.signIn()
  app = await victim.registerApp()
  path = `/api/v1/apps/${app.client_id}`
})

describe('reaching into another organization', () => {
  it('finds nothing that differs from what never existed', async () => {
    expect((await victim.call('GET', path)).status).toBe(200) // control
    const foreign = await attacker.call('GET', path)
    const unknown = await attacker.call('GET', '/api/v1/apps/app_neverExisted000000')
    expect(foreign.status).toBe(404)
    expect({ ...foreign.body, request_id: '' }).toEqual({ ...unknown.body, request_id: '' })
  })

  it('changes nothing, whatever the method', async () => {
    const { body: secrets } = await victim.call('GET', `${path}/secrets`)
    await attacker.call('PATCH', path, { redirect_uris: ['https://evil.example/cb'] })
    await attacker.call('POST', `${path}/secrets`, { name: 'Mine' })
    await attacker.call('DELETE', `${path}/secrets/${secrets.items[0]?.id}`)
    await attacker.call('DELETE', path)

    expect((await victim.call('GET', path)).body).toMatchObject({
      redirect_uris: app.redirect_uris,
      updated_at: app.updated_at,
    })
    expect((await victim.call('GET', `${path}/secrets`)).body).toEqual(secrets)
    expect((await victim.call('PATCH', path, { client_name: 'Mine' })).status).toBe(200) // control
  })

  it("deletes no foreign secret through the attacker's own app", async () => {
    const { body: secrets } = await victim.call('GET', `${path}/secrets`)
    const own = await attacker.registerApp()
    const through = `/api/v1/apps/${own.client_id}/secrets/${secrets.items[0]?.id}`
    expect((await attacker.call('DELETE', through)).status).toBe(404)
    expect((await victim.call('GET', `${path}/secrets`)).body).toEqual(secrets)
  })

  it('plants no app there, and moves none there', async () => {
    const planted = await attacker.call('POST', '/api/v1/apps', anApp({ organization_id: app.organization_id }))
    expect(planted.status).toBe(404)
    const own = await attacker.registerApp()
    const moved = await attacker.call('PATCH', `/api/v1/apps/${own.client_id}`, {
      organization_id: app.organization_id,
    })
    expect(moved.status).toBe(422)
    const listed = await victim.call('GET', '/api/v1/apps')
    expect(listed.body.items.map(({ client_id }) => client_id)).toEqual([app.client_id])
  })

  it('lists nothing of it, not even with a cursor made for it', async () => {
    const cursor = btoa(JSON.stringify([app.updated_at + 1000, 'app_zzzzzzzz'])).replaceAll('=', '')
    expect((await victim.call('GET', `/api/v1/apps?cursor=${cursor}`)).body.items).toHaveLength(1) // control
    const own = (await attacker.call('GET', `/api/v1/apps?cursor=${cursor}`)).body.items
    expect(own.map(({ organization_id }) => organization_id)).not.toContain(app.organization_id)
    expect((await attacker.call('GET', `/api/v1/apps?organization_id=${app.organization_id}`)).status).toBe(404)
  })

  it('fails with an access token that names its own organization', async () => {
    const organizationId = await attacker.join('owner')
    const tool = await Tool.connect(attacker, { organizations: [organizationId] })
    expect((await tool.call('GET', '/api/v1/apps')).status).toBe(200) // control
    expect((await tool.call('GET', path)).status).toBe(404)
    expect((await tool.call('DELETE', path)).status).toBe(404)
    expect((await victim.call('GET', path)).status).toBe(200)
  })

  it('ends when the person leaves the organization', async () => {
    const organizationId = await victim.join('owner')
    await attacker.join('admin', organizationId)
    const shared = `/api/v1/apps/${(await victim.registerApp({ organization_id: organizationId })).client_id}`
    expect((await attacker.call('GET', shared)).status).toBe(200) // control
    await changeByHand(
      'DELETE FROM members WHERE account_id = ? AND organization_id = ?',
      attacker.accountId,
      organizationId,
    )
    expect((await attacker.call('GET', shared)).status).toBe(404)
    expect((await attacker.call('DELETE', shared)).status).toBe(404)
  })
})
